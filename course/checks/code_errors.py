"""What to try next after an error of the learner's own code: said of the kind of error, never of the solution."""

from __future__ import annotations

import re

_OF_AWS = "AWS has refused the call, and says why: compare its words with what the call was given."
_AFTER = {
    "KeyError": "What the code looked into has no such name: look at what is there before you take it.",
    "NameError": "Nothing in this cell defines that name: is it spelt as where it was made?",
    "UnboundLocalError": "The name gets its value further down, or on another way through the function.",
    "TypeError": "A value is of another kind than this line takes it for: print it, and look.",
    "AttributeError": "A value is of another kind than this line takes it for: it has no part of that name.",
    "IndexError": "The list is shorter than this line takes it for: it may be empty.",
    "ValueError": "A value is of the right kind and does not fit: print it, and look.",
    "ZeroDivisionError": "The line divides by 0: which input leads there?",
    "UnicodeDecodeError": "These bytes are no text: is it the file that you meant?",
    "JSONDecodeError": "This text is no JSON: print its beginning, and look.",
    "BadZipFile": "These bytes are no zip: was the whole object downloaded, to the place that is opened?",
    "FileNotFoundError": "There is no file at that place: is it written to the same path as it is read from?",
    "OSError": "A function may write below /tmp alone.",
    "RecursionError": "The function calls itself and finds no end.",
    "ModuleNotFoundError": "Lambda has Python's standard library and boto3, and no other package.",
    "Runtime.ImportModuleError": "Lambda has Python's standard library and boto3, and no other package.",
    "Runtime.HandlerNotFound": "Lambda calls `lambda_handler`: is the function called so?",
    "Runtime.MarshalError": "What is returned can't become JSON: return dicts, lists, texts, numbers.",
    "Sandbox.Timedout": "It had not ended after its time-out: is there a loop that never ends?",
    "Runtime.OutOfMemory": "It needed more memory than it has: read in pieces.",
    "AccessDenied": "AWS names who wanted to do what, to which resource. Is that the object that you meant?",
    "AccessDeniedException": "AWS names who wanted to do what, to which resource. Is that the thing that you meant?",
    "NoSuchKey": "There is no object of this key: print the key, and compare it with what was uploaded.",
    "ClientError": _OF_AWS,
    "ParamValidationError": "boto3 has not sent the call: a parameter is missing, or of another kind.",
}
_UNKNOWN = "Read the last line of the error, then the line of your code that it names."


def after(error: str) -> str:
    """What to try next.

    Args:
        error: as Python or Lambda writes one, `KeyError: 'review'`.
    """
    if "not JSON serializable" in error:
        return _AFTER["Runtime.MarshalError"]
    if "positional argument" in error:
        return "A function was called with more or fewer values than it has names for; a handler gets two of them."
    kind = error.partition(":")[0].strip()
    if kind in _AFTER:
        return _AFTER[kind]
    return _OF_AWS if re.search(r"An error occurred \(\w+\) when calling", error) else _UNKNOWN
