"""The query languages of the States Language: the only place that knows which there are."""

from __future__ import annotations

from local_aws.states.languages.jsonata.data_flow import JSONataLanguage
from local_aws.states.languages.jsonpath.data_flow import JSONPathLanguage
from local_aws.states.languages.query_language import QueryLanguage

DEFAULT = "JSONPath"
LANGUAGES: dict[str, QueryLanguage] = {"JSONata": JSONataLanguage(), "JSONPath": JSONPathLanguage()}
