"""AWS Lambda: functions that really run, each in an execution environment of its own.

`service` answers the API; `registry` holds functions, versions and aliases; `pool` and `environment` run
them; `zygote`, `worker` and `sandbox` are what runs on the other side of the process boundary.
"""
