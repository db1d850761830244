"""The one question that other rooms ask, and the answer of an AWS that is never late."""

from __future__ import annotations

from collections.abc import Callable

from local_aws.lag.kinds import Kind


class Lag:
    """An AWS that is on time.

    In every question, `of` names the thing that it is about (an ARN, a bucket): what happens to one does not depend on
    what others do meanwhile.
    """

    is_late = False

    def later(self, kind: Kind, of: str, do: Callable[[], object]) -> None:
        """Do something when it is due; here, now."""
        do()

    def seconds(self, kind: Kind, of: str, usual: float) -> float:
        """How long something takes, in the seconds in which `usual` is given."""
        return usual

    def happens(self, kind: Kind, of: str) -> bool:
        """Whether something happens this time that AWS lets happen now and then."""
        return False

    def close(self) -> None:
        """Do nothing any more; what isn't done yet is left undone."""
