"""Step Functions: state machines in the States Language that really run.

```
service                 the operations together
api/                    the operations, and what they keep: machines, executions, names, pages
workflow                a definition compiled: a state type a class
maps/                   distributed Map: children, readers, writers
running/                a run: execution, flows through states, visits, history; the state types
definition/             is it valid? (before anything is compiled)
integrations/           what a Task state calls
languages/              JSONata, JSONPath: what the fields of a state come to
```
A room knows those below it. A compiled workflow holds no data of any execution, an execution no knowledge of any
state type.
"""
