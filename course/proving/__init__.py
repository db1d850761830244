"""A run of the lessons on a person's own account that is written down, and what the embedded AWS would have answered.

`python -m course.proving` is `make account`, `python -m course.proving.replay FILE` is `make replay FILE=…`.
"""
