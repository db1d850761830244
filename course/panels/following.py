"""Following an execution while it runs: looked at again and again, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from course.panels.remedies import EXPECTED
from course.state_machines.execution import Execution
from course.waiting import pauses


class Follower:
    """Follows one execution at a time, until it has ended, is left, or can't be read.

    Args:
        look: gives an execution, by its ARN, as it is at this moment.
        seen: told of every look, the one that finds the end included.
        lost: told of the error after which the execution is followed no more.
    """

    def __init__(
        self, look: Callable[[str], Execution], seen: Callable[[Execution], None], lost: Callable[[Exception], None]
    ):
        self._look, self._seen, self._lost = look, seen, lost
        self._followed = ""
        self._at_rest = threading.Event()
        self._at_rest.set()

    def follow(self, arn: str) -> None:
        """Follow an execution from now on, in place of any other."""
        if self._followed != arn:
            self._followed = arn
            self._at_rest.clear()
            threading.Thread(target=self._run, args=(arn,), name="execution", daemon=True).start()

    def leave(self) -> None:
        """Follow nothing; nothing more is told of what was followed."""
        self._followed = ""

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is followed; whether that came about in so many seconds."""
        return self._at_rest.wait(seconds)

    def _run(self, arn: str) -> None:
        pause = pauses()
        try:
            while self._followed == arn:
                time.sleep(next(pause))
                execution = self._look(arn)
                if self._followed != arn:
                    return
                self._seen(execution)
                if execution.status != "RUNNING":
                    self._followed = ""
        except EXPECTED as error:
            self._followed = ""
            self._lost(error)
        finally:
            if not self._followed:
                self._at_rest.set()
