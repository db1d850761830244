"""JSONata as AWS Step Functions evaluates it ("Transforming data with JSONata in Step Functions", developer guide).

`compile_expression` parses an expression once; `Expression.evaluate` runs it as often as needed, from any
thread, on data that is bound as variables and never becomes part of the expression. JSONata 2.0.6 without `$eval`,
six functions of AWS's own, a second an evaluation, a bounded depth and size.

jsonata-python parses (`engine`). What it parsed is compiled and evaluated here, by trial: its own evaluator holds to
no bound within a function, takes twelve times as long, and differs from JSONata 2.0.6 in many small things.

- `compiler`, `paths`, `operators`: what expressions mean; `calling`: functions and variables; `transform`.
- `library`: which functions there are; `texts`, `patterns`, `structures`, `numerals`, the pictures, `dates`,
  `aws_functions`: what they do.
- `limits`: what an evaluation may use; `values`, `text_of`: JSON data on its way in and out; `errors`.

What a failure means to a state (error name, field, sentence) is not decided here.
"""

from local_aws.states.languages.jsonata.errors import JSONataError
from local_aws.states.languages.jsonata.expression import FUNCTION_NAMES, Expression, compile_expression
from local_aws.states.languages.jsonata.references import References
from local_aws.states.languages.jsonata.values import UNDEFINED, UnsupportedResultError, bindable

__all__ = [
    "FUNCTION_NAMES",
    "UNDEFINED",
    "Expression",
    "JSONataError",
    "References",
    "UnsupportedResultError",
    "bindable",
    "compile_expression",
]
