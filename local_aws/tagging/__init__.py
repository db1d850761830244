"""The Resource Groups Tagging API: what has tags, over all services."""
