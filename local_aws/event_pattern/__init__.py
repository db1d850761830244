"""Event patterns: the language in which EventBridge's rules and Lambda's filters say which events they are about.

Source: "Creating Amazon EventBridge event patterns", EventBridge user guide; the words of a refusal are those of
Event Ruler, the library that AWS uses for it (github.com/aws/event-ruler).
"""

from local_aws.event_pattern.compiler import EventPattern, compiled
from local_aws.event_pattern.tokens import PatternError

__all__ = ["EventPattern", "PatternError", "compiled"]
