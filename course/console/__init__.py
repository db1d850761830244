"""What is carried over to AWS's console: the learner's own values, and texts with those values in them."""
