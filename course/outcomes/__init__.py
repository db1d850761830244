"""How an exercise stands: what a check can say of it, and the record of what was said."""
