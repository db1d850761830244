"""What the operations of Step Functions stand on: the records, the engine, and the error for what isn't there."""

from __future__ import annotations

from local_aws.call import ApiError
from local_aws.house import Host, Service
from local_aws.states.api.machines import Machines
from local_aws.states.api.redrives import Redrives
from local_aws.states.definition.parse import NotJson, read
from local_aws.states.document import Document
from local_aws.states.languages.jsonata import bindable
from local_aws.states.maps.map_run import MapRun, MapRuns
from local_aws.states.names import check_arn
from local_aws.states.running.activities import Activities
from local_aws.states.running.surroundings import Engine
from local_aws.states.running.tokens import TaskTokens
from local_aws.states.work.pool import Pool


class StatesFoundation(Service):
    """The state that all operations share."""

    name = "stepfunctions"

    def __init__(self, host: Host):
        super().__init__(host)
        self._map_runs = MapRuns()
        self._activities = Activities()
        self._engine = Engine(host, Pool(), TaskTokens(), self._map_runs, self._activities)
        self._machines = Machines(host, self._map_runs)
        self._redrives = Redrives()

    def close(self) -> None:
        """End all executions, and send the workers that wait for a task away."""
        self._activities.close()
        for execution in self._machines.running():
            execution.stop(cause="The embedded AWS was stopped.")
        self._engine.pool.close()

    def _map_run(self, arn: str) -> MapRun:
        """The map run of an ARN.

        Raises:
            ApiError: `InvalidArn`, `ResourceNotFound`.
        """
        check_arn(arn, "mapRun")
        run = self._map_runs.find(arn)
        if run is None:
            raise ApiError("ResourceNotFound", f"Resource not found: '{arn}'", resourceName=arn)
        return run


def not_there(what: str) -> ApiError:
    """The error for something that AWS has and the embedded AWS has not."""
    return ApiError("NotImplemented", f"{what} is not there: the embedded AWS doesn't implement it", 501)


def execution_input(text: str) -> Document:
    """The input of an execution.

    Raises:
        ApiError: `InvalidExecutionInput`, it is no JSON, or nested too deeply for an expression to read it.
    """
    try:
        document = Document.parse(text)
        _ = document.view(bindable)
    except RecursionError:
        raise _invalid_input("Document nesting depth exceeds the maximum allowed") from None
    except ValueError:
        raise _invalid_input(_jacksons_words(text)) from None
    return document


def _jacksons_words(text: str) -> str:
    """Why a text is no JSON, as the parser that AWS uses says it."""
    if not text.strip():
        return f'No content to map due to end-of-input\n at [Source: (String)"{text}"; line: 1, column: 0]'
    try:
        read(text)
    except NotJson as error:
        return error.diagnostic.message
    return "Not JSON"


def _invalid_input(said: str) -> ApiError:
    return ApiError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{said}'")
