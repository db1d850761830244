"""JSONata as AWS Step Functions evaluates it: the only package that knows jsonata-python from the inside.

`compile_expression` parses an expression once; `Expression.evaluate` runs it as often as needed, from any
thread, on data that is bound as variables and never becomes part of the expression. On top of the engine come
AWS's rules ("Transforming data with JSONata in Step Functions", AWS Step Functions developer guide):
JSONata 2.0.6 without `$eval`, six functions of AWS's own, a second an evaluation, a bounded depth and size.

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
