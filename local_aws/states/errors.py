"""The errors that a state can end with, by the names under which Retry and Catch know them.

Source: "Handling errors in Step Functions workflows", AWS Step Functions developer guide.
"""

from __future__ import annotations

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
RUNTIME = "States.Runtime"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
ITEM_READER_FAILED = "States.ItemReaderFailed"
RESULT_WRITER_FAILED = "States.ResultWriterFailed"
EXCEED_TOLERATED_FAILURE_THRESHOLD = "States.ExceedToleratedFailureThreshold"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
NO_CHOICE_MATCHED = "States.NoChoiceMatched"

MAX_SECONDS = 99_999_999
"""The longest wait, interval or time-out that the States Language takes."""


class StateError(Exception):
    """A state failed.

    Args:
        error: the error's name, None where a Fail state gives none.
        cause: text for a reader, None where there is none.

    Attributes:
        also_known_as: further names under which Retry and Catch know it.
    """

    also_known_as: frozenset[str] = frozenset()

    def __init__(self, error: str | None, cause: str | None = None):
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause

    def details(self) -> dict[str, str]:
        """Error and cause as a history event's details have them, each only where there is one."""
        said = {"error": self.error, "cause": self.cause}
        return {name: text for name, text in said.items() if text is not None}


class QueryEvaluationError(StateError):
    """An expression of a state failed, gave nothing, or gave the wrong type.

    Args:
        sentence: what happened, without the state's name.
        location: the field in the state (`Output/a[0]`), None where no single field is to blame.
    """

    cause: str

    def __init__(self, sentence: str, location: str | None):
        super().__init__(QUERY_EVALUATION_ERROR, sentence)
        self.location = location


class RuntimeFault(StateError):
    """`States.Runtime`: the execution can't go on. Retry and Catch see it only where they name what it documents.

    Args:
        documented_as: the name that the States Language gives to the failure (`States.IntrinsicFailure`), where
            it has one and AWS reports `States.Runtime` all the same.
    """

    error: str
    cause: str

    def __init__(self, cause: str, documented_as: str | None = None):
        super().__init__(RUNTIME, cause)
        self.documented_as = documented_as


class FieldError(Exception):
    """A field of a state can't be evaluated, and the history has no event for it.

    Args:
        sentence: what happened, without the state's name.
        error: the error's name; `States.Runtime` where Retry and Catch aren't to see it.
        documented_as: see `RuntimeFault`.
    """

    def __init__(self, sentence: str, error: str = RUNTIME, documented_as: str | None = None):
        super().__init__(sentence)
        self.sentence, self.error, self.documented_as = sentence, error, documented_as

    def failure(self, cause: str) -> StateError:
        """What the state fails with, by a cause that names the state."""
        return RuntimeFault(cause, self.documented_as) if self.error == RUNTIME else StateError(self.error, cause)


class TimedOut(StateError):
    """A task took longer than its TimeoutSeconds, or sent no heartbeat for its HeartbeatSeconds."""

    def __init__(self, heartbeat: bool = False):
        super().__init__(TIMEOUT)
        if heartbeat:
            self.also_known_as = frozenset({HEARTBEAT_TIMEOUT})


class Cancelled(Exception):
    """This thread of control is to stop: its execution was stopped, or a sibling branch failed."""


def in_state(name: str, entered_event: int, sentence: str) -> str:
    """A cause as an execution reports it, naming the state and the event at which it was entered."""
    return (
        f"An error occurred while executing the state '{name}' (entered at the event id #{entered_event}). {sentence}"
    )
