"""Marks a class: each learner's notebooks are run anew, with the lesson's own checks; what these find is written down.

A mark is what the check says of the learner's cell when the lesson runs from top to bottom. Code of learners runs with
the rights of whoever marks: this is a stage set, and no boundary. Mark in a container where that matters.
"""
