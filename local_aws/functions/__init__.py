"""AWS Lambda: functions that really run, each in an execution environment of its own.

`service` answers the API with the operations of `api/`; `registry` holds functions, versions and aliases;
`environments/` runs them, on both sides of the process boundary; `events/` is what is invoked asynchronously.
"""
