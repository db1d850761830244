"""The state types, each by what a caller sees of an execution."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.local_aws.states.states_support import details, one, passing, workflow


class TestPass:
    def test_hands_its_input_on_as_it_came(self, workflows):
        machine = workflows.create(one(Type="Pass"))
        text = '{ "b": 1,\n  "a": [1.0, null] }'
        execution = workflows.client.start_execution(stateMachineArn=machine, input=text)["executionArn"]
        assert workflows.wait(execution)["output"] == text

    def test_output_takes_the_place_of_the_input(self, workflows):
        machine = workflows.create(one(Type="Pass", Output={"n": "{% $states.input.n + 1 %}", "text": "$states.input"}))
        assert workflows.output(machine, {"n": 1}) == {"n": 2, "text": "$states.input"}

    @pytest.mark.parametrize("value", [None, True, 0, 1.5, "text", [], {}, [None, {"a": None}]])
    def test_any_json_value_can_be_an_output(self, workflows, value):
        assert workflows.output(workflows.create(one(Type="Pass", Output="{% $states.input %}")), value) == value

    def test_history_of_one_state(self, workflows):
        machine = workflows.create(one(Type="Pass", Output={"a": 1}))
        events = workflows.history(workflows.run(machine, {"b": 2})["executionArn"])
        assert [(event["id"], event["previousEventId"], event["type"]) for event in events] == [
            (1, 0, "ExecutionStarted"),
            (2, 0, "PassStateEntered"),
            (3, 2, "PassStateExited"),
            (4, 3, "ExecutionSucceeded"),
        ]
        assert details(events[0]) == {
            "input": '{"b": 2}',
            "inputDetails": {"truncated": False},
            "roleArn": workflows.role,
        }
        assert details(events[1]) == {"name": "State", "input": '{"b": 2}', "inputDetails": {"truncated": False}}
        assert details(events[2]) == {"name": "State", "output": '{"a":1}', "outputDetails": {"truncated": False}}
        assert details(events[3]) == {"output": '{"a":1}', "outputDetails": {"truncated": False}}


class TestSucceedAndFail:
    def test_succeed_ends_with_its_output(self, workflows):
        assert workflows.output(workflows.create(one(Type="Succeed", Output=["{% $states.input %}"])), 5) == [5]

    def test_fail_ends_with_error_and_cause(self, workflows):
        machine = workflows.create(one(Type="Fail", Error="{% $states.input.error %}", Cause="because"))
        description = workflows.run(machine, {"error": "Mine"})
        assert (description["status"], description["error"], description["cause"]) == ("FAILED", "Mine", "because")
        assert workflows.types(description["executionArn"]) == [
            "ExecutionStarted",
            "FailStateEntered",
            "ExecutionFailed",
        ]

    def test_fail_may_give_neither(self, workflows):
        description = workflows.run(workflows.create(one(Type="Fail")))
        assert description["status"] == "FAILED"
        assert "error" not in description
        assert "cause" not in description


class TestChoice:
    def machine(self, workflows):
        return workflows.states(
            Choose={
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $states.input.n > 10 %}", "Next": "End", "Output": "many"},
                    {"Condition": "{% $states.input.n > 1 %}", "Next": "End", "Assign": {"seen": "some"}},
                ],
                "Default": "End",
                "Output": "few",
                "Assign": {"seen": "few"},
            },
            End=passing(Output={"input": "{% $states.input %}", "seen": "{% $exists($seen) ? $seen : 'nothing' %}"}),
        )

    def test_first_rule_that_holds(self, workflows):
        assert workflows.output(self.machine(workflows), {"n": 11}) == {"input": "many", "seen": "nothing"}

    def test_a_rule_brings_its_own_assign(self, workflows):
        assert workflows.output(self.machine(workflows), {"n": 2}) == {"input": {"n": 2}, "seen": "some"}

    def test_default_takes_those_of_the_state(self, workflows):
        assert workflows.output(self.machine(workflows), {"n": 0}) == {"input": "few", "seen": "few"}

    def test_no_match_and_no_default(self, workflows):
        machine = workflows.states(
            Choose={"Type": "Choice", "Choices": [{"Condition": "{% false %}", "Next": "End"}]}, End=passing()
        )
        description = workflows.run(machine)
        assert description["error"] == "States.Runtime"
        assert description["cause"] == (
            "An error occurred while executing the state 'Choose' (entered at the event id #2). "
            "Failed to transition out of the state. The state does not point to a next state."
        )

    def test_condition_must_be_boolean(self, workflows):
        machine = workflows.states(
            Choose={"Type": "Choice", "Choices": [{"Condition": "{% 1 %}", "Next": "End"}], "Default": "End"},
            End=passing(),
        )
        description = workflows.run(machine)
        assert description["error"] == "States.QueryEvaluationError"
        assert description["cause"].endswith(
            "The JSONata expression '1' specified for the field 'Choices[0]/Condition' returned an unexpected result "
            "type. Expected 'boolean', but was 'number' for value: 1"
        )


class TestWait:
    def test_passes_time_of_the_clock(self, workflows):
        machine = workflows.create(one(Type="Wait", Seconds="{% $states.input.seconds %}", Output="waited"))
        description = workflows.run(machine, {"seconds": 60})
        assert json.loads(description["output"]) == "waited"
        wall = (description["stopDate"] - description["startDate"]).total_seconds()
        assert wall >= workflows.aws.server.host.clock.wall(60) * 0.9

    def test_until_a_moment(self, workflows):
        moment = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
        machine = workflows.create(one(Type="Wait", Timestamp="{% $states.input %}"))
        assert workflows.output(machine, moment) == moment

    @pytest.mark.parametrize("text", ["tomorrow", "20260301T120000Z", "2026-03-01T12:00:00"])
    def test_a_moment_that_is_none(self, workflows, text):
        description = workflows.run(workflows.create(one(Type="Wait", Timestamp="{% $states.input %}")), text)
        assert description["error"] == "States.QueryEvaluationError"
        sentence = "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string"
        assert description["cause"].endswith(f"{sentence}: {text}")

    def test_a_negative_duration(self, workflows):
        description = workflows.run(workflows.create(one(Type="Wait", Seconds="{% $states.input %}")), -1)
        assert description["error"] == "States.QueryEvaluationError"
        assert description["cause"].endswith("but was: -1")


class TestParallel:
    def test_outputs_in_the_order_of_the_branches(self, workflows):
        slow = workflow(Wait={"Type": "Wait", "Seconds": 30, "Next": "Slow"}, Slow=passing(Output="slow"))
        machine = workflows.create(one(Type="Parallel", Branches=[slow, workflow(Fast=passing(Output="fast"))]))
        assert workflows.output(machine) == ["slow", "fast"]

    def test_arguments_are_the_input_of_every_branch(self, workflows):
        branches = [workflow(A=passing()), workflow(B=passing(Output="{% $states.input.n + 1 %}"))]
        machine = workflows.create(
            one(
                Type="Parallel",
                Branches=branches,
                Arguments={"n": "{% $states.input.x %}"},
                Output="{% $states.result %}",
            )
        )
        assert workflows.output(machine, {"x": 1}) == [{"n": 1}, 2]

    def test_history(self, workflows):
        machine = workflows.create(one(Type="Parallel", Branches=[workflow(A=passing())]))
        events = workflows.history(workflows.run(machine)["executionArn"])
        assert [(event["type"], event["previousEventId"]) for event in events] == [
            ("ExecutionStarted", 0),
            ("ParallelStateEntered", 0),
            ("ParallelStateStarted", 2),
            ("PassStateEntered", 3),
            ("PassStateExited", 4),
            ("ParallelStateSucceeded", 5),
            ("ParallelStateExited", 5),
            ("ExecutionSucceeded", 7),
        ]

    def test_a_failed_branch_stops_the_others(self, workflows, wait_until):
        slow = workflow(Slow={"Type": "Wait", "Seconds": 90_000, "End": True})
        fails = workflow(Soon={"Type": "Wait", "Seconds": 60, "Next": "Fails"}, Fails={"Type": "Fail", "Error": "Mine"})
        description = workflows.run(workflows.create(one(Type="Parallel", Branches=[slow, fails])))
        assert (description["status"], description["error"]) == ("FAILED", "Mine")
        assert workflows.types(description["executionArn"])[-3:] == [
            "WaitStateAborted",
            "ParallelStateFailed",
            "ExecutionFailed",
        ]


class TestQueryLanguage:
    def test_a_state_without_fields_of_either_language_runs_under_both(self, workflows):
        states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "QueryLanguage": "JSONata", "End": True}}
        machine = workflows.create({"QueryLanguage": "JSONPath", "StartAt": "A", "States": states})
        assert workflows.output(machine, {"a": 1}) == {"a": 1}

    def test_literals_of_a_jsonpath_state(self, workflows):
        states = {"A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Fail", "Cause": "as it is"}}
        machine = workflows.create({"QueryLanguage": "JSONPath", "StartAt": "A", "States": states})
        assert workflows.run(machine)["cause"] == "as it is"

    def test_inner_states_inherit_from_the_machine_not_from_the_map(self, workflows):
        inner = workflow(
            Plain={"Type": "Pass", "Next": "Asked"},
            Asked=passing(QueryLanguage="JSONata", Output="{% $states.input * 2 %}"),
        )
        state = {"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2], "ItemProcessor": inner, "End": True}
        machine = workflows.create({"QueryLanguage": "JSONPath", "StartAt": "M", "States": {"M": state}})
        assert workflows.output(machine) == [2, 4]
