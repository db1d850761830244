"""Logs Insights: a query read, and run on the events of log groups.

`language` reads a query's text into the commands of `commands`, whose expressions are `expressions`' with the functions
of `functions`; `records` says which fields a log event has; `operations` is the API. Source: "CloudWatch Logs Insights
language query syntax", Amazon CloudWatch Logs user guide.
"""
