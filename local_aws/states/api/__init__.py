"""The operations of AWS Step Functions, and the machines and executions that they keep."""
