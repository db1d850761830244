"""Draws how data flows through a Task state whose query language is JSONata."""

from img.shapes import Picture


def draw() -> Picture:
    """Input, Arguments, task, result, Assign and Output; below, what Catch does with an error."""
    p = Picture(
        name="state_data_flow",
        title="How data flows through a state",
        subtitle="A Task state with JSONata. The arrows show the way of the data.",
        alt=(
            "Data flow through a Task state with JSONata. The state input is $states.input. Arguments make "
            "the task's input from it. The task's result is $states.result. From it Assign sets variables "
            "for later states, and Output makes the next state's input. When the task fails, Catch reads "
            "$states.errorOutput and goes elsewhere."
        ),
        lessons=(4, 5),
        height=600,
    )
    p.lane(208, 94, 464, 396, "The state", tone="flow")
    state_input = p.page(34, 142, 150, 78, "State input", "`$states.input`")
    arguments = p.box(228, 142, 188, 78, "Arguments", "what the task gets", tone="flow")
    task = p.box(228, 264, 188, 78, "Task", "runs, or fails", tone="learning")
    result = p.page(466, 264, 176, 78, "Result", "`$states.result`")
    output = p.box(466, 142, 176, 78, "Output", "what goes on", tone="flow")
    catch = p.box(228, 390, 188, 84, "Catch", "`$states.errorOutput`", "has Assign, Output", tone="wrong")
    assign = p.box(466, 390, 176, 84, "Assign", "what to remember", tone="flow")
    following = p.page(700, 142, 148, 78, "Next state’s\ninput")
    variables = p.store(700, 386, 148, 92, "Variables", "`$bucket`")
    handler = p.box(228, 516, 188, 60, "Another state", "as Catch says")
    p.arrow(state_input.right(), arguments.left())
    p.arrow(arguments.bottom(), task.top())
    p.arrow(task.right(), result.left())
    p.arrow(result.top(), output.bottom())
    p.arrow(result.bottom(), assign.top())
    p.arrow(output.right(), following.left(), tone="storage")
    p.arrow(assign.right(), variables.left(), tone="storage")
    p.arrow(task.bottom(), catch.top(), tone="wrong")
    p.arrow(catch.bottom(), handler.top(), tone="wrong")
    p.text(34, 266, "Every expression\nof the state can\nread the input\nand the variables.", soft=True)
    p.text(700, 262, "No Output?\nThen the result\ngoes on as it is.", soft=True)
    p.note(
        466,
        516,
        "Assign and Output run side by side:\nOutput does not see what Assign sets.\nThe next state does.",
        tone="flow",
    )
    return p
