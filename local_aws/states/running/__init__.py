"""A run of a workflow: executions, the flows inside them, their history, and the state types."""
