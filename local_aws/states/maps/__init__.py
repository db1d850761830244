"""Distributed Map: map runs and their children, where items come from, and where results go."""
