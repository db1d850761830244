"""Processing, training and transform jobs: one life cycle, three kinds of work."""
