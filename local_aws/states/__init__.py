"""Step Functions: state machines in the States Language that really run.

```
service                       the operations together
  machine_, execution_, map_run_, test_state_operation(s)
  machines, names, paging     what is kept, and how it is found
definition/                   is it valid? (before anything is compiled)
workflow -> state_types/      a definition compiled: a state type a class
  query_language              which languages there are; jsonata_language, jsonata, functions
execution -> flow             a run: flows through states, visits, variables, history
  side_by_side, map_run       branches and iterations; child executions
  task -> integrations/       what a Task state calls
```
A compiled workflow holds no data of any execution, an execution no knowledge of any state type.
"""
