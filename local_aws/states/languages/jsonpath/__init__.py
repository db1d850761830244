"""JSONPath as AWS Step Functions evaluates it: paths, intrinsic functions, payload templates, choice rules.

`paths` reads and evaluates paths by the rules of Jayway's library, which AWS uses; `intrinsics` knows the functions
`States.…`; `expressions` is what may stand as the value of a `name.$` field; `templates`, `choice_rules` and
`data_flow` are what the fields of a state make of these. What AWS answers for a failure stands in `errors`.
"""
