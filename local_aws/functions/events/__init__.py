"""Asynchronous invocations: the queue, destinations, and the guard against recursion."""
