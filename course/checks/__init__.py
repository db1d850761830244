"""Exercises and their checks: an engine, and a file a lesson.

A check looks at what the learner's work does: it calls a function with awkward arguments, evaluates an
expression on other data, tries what a policy allows. It does not look at how the work is spelt.
"""

from course.checks.engine import check, hint, progress, solution

__all__ = ["check", "hint", "progress", "solution"]
