"""The course's own error: a text for the learner, shown in a notebook without a traceback."""

from __future__ import annotations


class CourseError(Exception):
    """Something the learner can put right; the text says what and how."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines in place of the way through the course's own code.
        return [str(self)]
