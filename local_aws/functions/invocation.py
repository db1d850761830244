"""One invocation: what goes into a function and what comes out, with the error payloads of the platform
itself.

The payloads of errors that the runtime reports (exceptions, import errors, marshalling) are the runtime's
own; here are those that the platform writes when the runtime can't: time-outs, ended processes, too much
memory, too large a response. Shapes: answers recorded on AWS in November 2025.
"""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass

MAXIMUM_RESPONSE_BYTES = 6_291_556


@dataclass
class Invocation:
    """What a runtime is given: `payload` is JSON; `deadline_ms` is epoch milliseconds, set when it begins."""

    request_id: str
    payload: bytes
    invoked_arn: str
    trace_header: str
    client_context: str | None = None
    deadline_ms: int = 0


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to.

    `function_error` is `Unhandled` or None; `error_type` is what the log's REPORT line names (None where it
    names nothing, as for an exception of the handler); `log_tail` is the last 4 KB of what was logged.
    """

    payload: bytes
    function_error: str | None = None
    error_type: str | None = None
    log_tail: bytes = b""
    executed_version: str = "$LATEST"


def platform_error(error_type: str, message: str) -> Outcome:
    """An outcome that the platform writes itself."""
    payload = json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":"))
    return Outcome(payload.encode(), "Unhandled", error_type)


def timed_out(request_id: str, seconds: float) -> Outcome:
    """The function did not answer in the seconds it is given."""
    return platform_error(
        "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    )


def exited(request_id: str, exit_code: int) -> Outcome:
    """The runtime's process ended before it answered; a negative code is a signal."""
    if exit_code == 0:
        how = "Runtime exited without providing a reason"
    elif exit_code > 0:
        how = f"Runtime exited with error: exit status {exit_code}"
    else:
        how = f"Runtime exited with error: signal: {_signal_name(-exit_code)}"
    return platform_error("Runtime.ExitError", f"RequestId: {request_id} Error: {how}")


def out_of_memory(request_id: str) -> Outcome:
    """The function used more memory than it has; the payload names what the REPORT line names."""
    return platform_error(
        "Runtime.OutOfMemory", f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
    )


def response_too_large() -> Outcome:
    """The response is larger than a synchronous invocation may return."""
    return platform_error(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({MAXIMUM_RESPONSE_BYTES} bytes).",
    )


def is_crash(exit_code: int) -> bool:
    """Whether a process ended by a fault of the machine's, such as a segmentation fault.

    Lambda was recorded to answer these only when the function's time is up, as a time-out.
    """
    names = ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT")
    return -exit_code in {getattr(signal, name) for name in names if hasattr(signal, name)}


def _signal_name(number: int) -> str:
    return (signal.strsignal(number) or f"signal {number}").lower()
