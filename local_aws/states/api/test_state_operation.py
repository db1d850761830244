"""TestState: one state by itself, with its work done or mocked, and what is in it laid open.

Source: "Using TestState API to test a state", AWS Step Functions developer guide, and recorded calls. One attempt
is made; what Retry or Catch would do next is told, not done.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from local_aws.call import ApiError, Call
from local_aws.states.api import mock_result, test_state_requests
from local_aws.states.api.foundation import StatesFoundation, execution_input
from local_aws.states.definition import parse, require_valid_for_test, require_valid_state
from local_aws.states.definition.runnable import Answers, require_testable, states_in, states_inside
from local_aws.states.document import Document
from local_aws.states.errors import EXCEED_TOLERATED_FAILURE_THRESHOLD, StateError
from local_aws.states.languages.languages import DEFAULT
from local_aws.states.maps.map_run import THRESHOLD_CAUSE, exceeds
from local_aws.states.names import check_role_arn, machine_arn
from local_aws.states.running.execution import SERVICE_PRINCIPAL, Execution
from local_aws.states.running.flow import Flow, Visit
from local_aws.states.running.program import Program, Transition, Workflow
from local_aws.states.running.state_types.fallible import Fallible, matching
from local_aws.states.running.state_types.map_ import Map
from local_aws.states.running.state_types.parallel import Parallel
from local_aws.states.running.state_types.state import State
from local_aws.states.running.state_types.task import Task
from local_aws.states.work.signals import Signal
from local_aws.states.workflow import compile_state

_UNNAMED = "StateName"
_SUPPORTED = "Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"


class TestStateOperation(StatesFoundation):
    """TestState."""

    def test_state(self, call: Call, **params: Any) -> dict[str, Any]:
        """Run a state; gives its output or error, where it would go, and (DEBUG, TRACE) what was in between."""
        context = test_state_requests.context(params)
        if "roleArn" in params:
            check_role_arn(params["roleArn"])
            self.host.roles.check_pass_role(call, params["roleArn"], SERVICE_PRINCIPAL)
        state = _state(params, self.host.answers)
        mock = _Mock.of(params)
        _check_testable(state, mock, params)
        visit = self._visit(state, params, context)
        answer = self._engine.pool.run(_Test(state, visit, mock, params.get("stateConfiguration", {})).run())
        if params.get("inspectionLevel", "INFO") != "INFO":
            answer["inspectionData"] = visit.inspection_data()
        return answer

    def _visit(self, state: State, params: dict[str, Any], context: dict[str, Any]) -> _TestVisit:
        document = execution_input(params.get("input", "{}"))
        arn = machine_arn(self.host, str(uuid.uuid4()))
        name = str(uuid.uuid4())
        program = Program(
            arn=arn,
            name=arn.rpartition(":")[2],
            definition=params["definition"],
            role_arn=params.get("roleArn", ""),
            workflow=Workflow({state.name: state}, state),
            updated=0,
        )
        execution_arn = f"{arn.replace(':stateMachine:', ':express:')}:{name}"
        flow = Flow(_TestExecution(self._engine, program, execution_arn, document), Signal())
        flow.variables = {key: Document(value) for key, value in _object(params, "variables").items()}
        return _TestVisit(flow, state, document, context)


class _TestExecution(Execution):
    """The execution that a tested state believes to be in. It is never redriven."""

    def context(self) -> dict[str, Any]:
        context = super().context()
        execution = {name: value for name, value in context["Execution"].items() if name != "RedriveCount"}
        return {**context, "Execution": execution}


class _TestVisit(Visit):
    """A visit that keeps what fields come to, and takes parts of the context from the caller."""

    def __init__(self, flow: Flow, state: State, document: Document, context: dict[str, Any]):
        super().__init__(flow, state, document)
        self._given_context = context
        self._found: dict[str, Any] = {}
        self.error_details: dict[str, int] = {}

    def context(self, map_context: dict[str, Any] | None = None) -> dict[str, Any]:
        return super().context(map_context) | self._given_context

    def described(self, sentence: str) -> str:
        """As it is: there is no event to point to."""
        return sentence

    def inspect(self, **found: Any) -> None:
        self._found |= found

    def tolerated(self) -> tuple[float, float]:
        """How many failures a Map tolerates: a count, and a percentage."""
        return self._found.get("toleratedFailureCount", 0), self._found.get("toleratedFailurePercentage", 0)

    def inspection_data(self) -> dict[str, Any]:
        """As the API shows it."""
        data: dict[str, Any] = {"input": self.input.text}
        data |= {name: value.text if isinstance(value, Document) else value for name, value in self._found.items()}
        if self.error_details:
            data["errorDetails"] = self.error_details
        return data


@dataclass(frozen=True)
class _Mock:
    """What stands for a state's work: a result or an error."""

    outcome: Document | StateError
    mode: str

    @classmethod
    def of(cls, params: dict[str, Any]) -> _Mock | None:
        mock = params.get("mock")
        if mock is None:
            return None
        if ("result" in mock) == ("errorOutput" in mock):
            raise _invalid("A test mock should have only one of the following fields: [result, errorOutput].")
        said = mock.get("errorOutput", {})
        outcome: Document | StateError = StateError(said.get("error"), said.get("cause"))
        try:
            if "result" in mock:
                outcome = Document.parse(mock["result"])
        except ValueError:
            raise _invalid("Mocked result must be valid JSON") from None
        return cls(outcome, mock.get("fieldValidationMode", "STRICT"))


class _Test:
    """One attempt of a state."""

    def __init__(self, state: State, visit: _TestVisit, mock: _Mock | None, configuration: dict[str, Any]):
        self._state, self._visit, self._mock, self._configuration = state, visit, mock, configuration
        visit.retry_count = configuration.get("retrierRetryCount", 0)

    async def run(self) -> dict[str, Any]:
        try:
            transition = await self._attempt()
        except StateError as error:
            return self._failed(error)
        return {"status": "SUCCEEDED", **_left(transition)}

    async def _attempt(self) -> Transition:
        state, visit = self._state, self._visit
        if not isinstance(state, Fallible):
            return await state.perform(visit)
        result = await state.attempt(visit) if self._mock is None else self._mocked(state, self._mock.outcome)
        return state.conclude(visit, result)

    def _mocked(self, state: Fallible, outcome: Document | StateError) -> Document:
        """What the mock says, after all that comes before the work has been evaluated."""
        iterations = state.rehearse(self._visit, self._configuration.get("mapItemReaderData"))
        failures = self._configuration.get("mapIterationFailureCount", 0) if isinstance(state, Map) else 0
        if failures > iterations:
            raise _invalid("Map iteration failure count must be less than or equal to the number of Map iterations")
        if isinstance(outcome, StateError):
            raise outcome
        if exceeds(failures, iterations, *self._visit.tolerated()):
            raise StateError(EXCEED_TOLERATED_FAILURE_THRESHOLD, THRESHOLD_CAUSE)
        if isinstance(state, Task):
            self._visit.inspect(result=outcome)
        return outcome

    def _failed(self, error: StateError) -> dict[str, Any]:
        answer = {"status": "FAILED", "error": error.error, "cause": error.cause}
        state, details = self._state, self._visit.error_details
        if not isinstance(state, Fallible):
            return answer
        index = matching(state.retriers, error)
        if index is not None:
            details["retryIndex"] = index
            retrier, tries = state.retriers[index], self._visit.retry_count
            if tries < retrier.attempts:
                details["retryBackoffIntervalSeconds"] = int(retrier.delay(tries))
                return answer | {"status": "RETRIABLE"}
        caught = matching(state.catchers, error)
        if caught is None:
            return answer
        details["catchIndex"] = caught
        try:
            return answer | {"status": "CAUGHT_ERROR", **_left(state.caught(self._visit, error))}
        except StateError as failure:
            return answer | {"error": failure.error, "cause": failure.cause}


def _state(params: dict[str, Any], answers: Answers) -> State:
    """The state to test: the definition itself, or one of those in it."""
    name, language = params.get("stateName"), DEFAULT
    if name is None or "States" not in parse(params["definition"]):
        fields = require_valid_state(params["definition"])
    else:
        definition = require_valid_for_test(params["definition"])
        language = definition.get("QueryLanguage", DEFAULT)
        found = next((fields for found, fields in states_in(definition) if found == name), None)
        if found is None:
            raise _invalid("State not found in definition")
        fields = found
    require_testable(fields, "mock" in params, answers)
    source = params.get("stateConfiguration", {}).get("errorCausedByState")
    if source is not None and all(found != source for found, _ in states_inside(fields)):
        # A plain reading: AWS's answer to a state that isn't inside the tested one is not known.
        raise _invalid("State not found in definition")
    return compile_state(name or _UNNAMED, fields, language)


def _check_testable(state: State, mock: _Mock | None, params: dict[str, Any]) -> None:
    """Raise where a state can't be tested as it is asked for."""
    if mock is None:
        _check_unmocked(state, params)
    elif params.get("revealSecrets"):
        raise _invalid("TestState does not support RevealSecrets when a mock is specified.")
    elif not isinstance(state, Fallible):
        raise _invalid(f"State type '{state.type}' is not supported when a mock is specified")
    elif isinstance(mock.outcome, Document):
        if isinstance(state, Task):
            mock_result.check(state.integration, mock.outcome.value, mock.mode)
        elif not isinstance(mock.outcome.value, dict if state.exports_results else list):
            # For an array it is recorded; for the object that tells where results are it is the plain reading.
            raise _invalid(f"Mocked result must be an {'object' if state.exports_results else 'array'}.")


def _check_unmocked(state: State, params: dict[str, Any]) -> None:
    if isinstance(state, Map | Parallel):
        raise ApiError("InvalidDefinition", f"TestState API does not support Map or Parallel states. {_SUPPORTED}")
    if isinstance(state, Task):
        if state.integration.waits_for_job or state.integration.waits_for_token:
            message = f"TestState API does not support the integration pattern of {state.resource} without a mock."
            raise ApiError("InvalidDefinition", message)
        if "roleArn" not in params:
            raise _invalid("RoleArn must be specified when testing a Task state")


def _left(transition: Transition) -> dict[str, Any]:
    answer = {"output": transition.output.text}
    return answer if transition.next is None else answer | {"nextState": transition.next}


def _object(params: dict[str, Any], member: str) -> dict[str, Any]:
    """A parameter that holds a JSON object as text."""
    try:
        value = json.loads(params.get(member, "{}"))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise _invalid(f"The parameter '{member}' must be a JSON object")
    return value


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)
