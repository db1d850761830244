"""Variables: when they exist, where, and what they can hold."""

from __future__ import annotations

import json

from tests.local_aws.states.states_support import details, one, passing, workflow


def test_output_does_not_see_what_the_same_state_assigns(workflows):
    machine = workflows.states(
        First={"Type": "Pass", "Assign": {"x": 1}, "Next": "Second"},
        Second=passing(Assign={"x": "{% $x + 1 %}"}, Output="{% $x %}"),
    )
    assert workflows.output(machine) == 1


def test_assignments_of_a_state_all_see_the_values_at_entry(workflows):
    machine = workflows.states(
        First={"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "Swap"},
        Swap={"Type": "Pass", "Assign": {"x": "{% $y %}", "y": "{% $x %}"}, "Next": "End"},
        End=passing(Output="{% [$x, $y] %}"),
    )
    assert workflows.output(machine) == [2, 1]


def test_a_branch_and_the_catch_around_it_may_use_one_name(workflows):
    branch = workflow(Set={"Type": "Pass", "Assign": {"x": 1}, "Next": "Bad"}, Bad={"Type": "Fail", "Error": "Mine"})
    catch = [{"ErrorEquals": ["Mine"], "Assign": {"x": 2}, "Next": "After"}]
    machine = workflows.states(
        Both={"Type": "Parallel", "Branches": [branch], "Catch": catch, "Next": "After"},
        After=passing(Output="{% $x %}"),
    )
    assert workflows.output(machine) == 2


def test_history_tells_assigned_variables_as_json_texts(workflows):
    machine = workflows.create(one(Type="Pass", Assign={"s": "text", "n": "{% $states.input.n %}", "o": {"a": None}}))
    events = workflows.history(workflows.run(machine, {"n": 1})["executionArn"])
    exited = details(events[2])
    assert exited["assignedVariables"] == {"s": '"text"', "n": "1", "o": '{"a":null}'}
    assert exited["assignedVariablesDetails"] == {"truncated": False}


def test_inner_scopes_read_outer_variables_and_keep_their_own(workflows):
    inner = workflow(
        Set={"Type": "Pass", "Assign": {"inner": "{% $outer + $states.input %}"}, "Next": "Get"},
        Get=passing(Output="{% $inner %}"),
    )
    machine = workflows.states(
        First={"Type": "Pass", "Assign": {"outer": 10}, "Next": "Each"},
        Each={"Type": "Map", "Items": [1, 2, 3], "ItemProcessor": inner, "Next": "End"},
        End=passing(Output={"result": "{% $states.input %}", "leaked": "{% $exists($inner) %}"}),
    )
    assert workflows.output(machine) == {"result": [11, 12, 13], "leaked": False}


def test_children_of_a_distributed_map_do_not_see_outer_variables(workflows):
    inner = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} | workflow(
        Look=passing(Output="{% $exists($outer) %}")
    )
    machine = workflows.states(
        First={"Type": "Pass", "Assign": {"outer": 10}, "Next": "Each"},
        Each={"Type": "Map", "Items": [1], "ItemProcessor": inner, "End": True},
    )
    assert workflows.output(machine) == [False]


def test_a_catch_assigns_in_the_scope_of_its_state(workflows):
    state = {
        "Type": "Parallel",
        "Branches": [workflow(Bad={"Type": "Fail", "Error": "Mine", "Cause": "why"})],
        "Catch": [
            {
                "ErrorEquals": ["Mine"],
                "Assign": {"caught": "{% $states.errorOutput.Cause %}"},
                "Output": "{% $states.input %}",
                "Next": "End",
            }
        ],
        "Next": "End",
    }
    machine = workflows.states(Try=state, End=passing(Output="{% [$caught, $states.input] %}"))
    assert workflows.output(machine, 7) == ["why", 7]


def test_a_variable_has_its_limit(workflows):
    state = one(Type="Pass", Assign={"x": "{% $states.input & $states.input %}"})
    description = workflows.run(workflows.create(state), "x" * 200_000)
    assert description["error"] == "States.DataLimitExceeded"


def test_context_object(workflows):
    machine = workflows.create(one(Type="Pass", Output="{% $states.context %}"))
    execution = workflows.start(machine, {"a": 1}, name="the-name")
    context = json.loads(workflows.wait(execution)["output"])
    assert context["Execution"] | {"StartTime": None} == {
        "Id": execution,
        "Input": {"a": 1},
        "Name": "the-name",
        "RoleArn": workflows.role,
        "StartTime": None,
        "RedriveCount": 0,
    }
    assert context["StateMachine"] == {"Id": machine, "Name": machine.rpartition(":")[2]}
    assert context["State"] | {"EnteredTime": None} == {"Name": "State", "EnteredTime": None, "RetryCount": 0}
    assert context["State"]["EnteredTime"].endswith("Z")


def test_context_of_an_iteration(workflows):
    inner = workflow(Look=passing(Output="{% $states.context.Map.Item %}"))
    machine = workflows.create(one(Type="Map", ItemProcessor=inner))
    assert workflows.output(machine, ["a", "b"]) == [
        {"Index": 0, "Value": "a", "Source": "STATE_DATA"},
        {"Index": 1, "Value": "b", "Source": "STATE_DATA"},
    ]
