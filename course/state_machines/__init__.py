"""A lesson's work with Step Functions: drafts of states, the graph, executions, evaluation of a model."""
