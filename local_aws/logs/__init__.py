"""The one way into CloudWatch Logs for what functions, jobs and endpoints write."""
