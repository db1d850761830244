"""Event source mappings: Lambda reads a queue and invokes a function with what it finds."""
