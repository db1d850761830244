"""Execution environments: the processes in which functions run, and what starts and keeps them."""
