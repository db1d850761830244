"""Whether a payload is JSON, and AWS's words where it isn't.

The words are those of the JSON parser that AWS uses, as recorded in November 2025; where its choice between
"unexpected character" and "unrecognized token" isn't known, the plain reading is taken.
"""

from __future__ import annotations

import json
import re

from local_aws.call import ApiError

_EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SOURCE = " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"


def check_json(payload: bytes) -> None:
    """Raise unless the payload is JSON.

    Raises:
        ApiError: `InvalidRequestContentException`.
    """
    try:
        json.loads(payload.decode("utf-8"))
        return
    except UnicodeDecodeError as error:
        at, text = error.start, payload.decode("latin-1")
    except ValueError as error:
        at, text = getattr(error, "pos", 0), payload.decode("utf-8")
    except RecursionError:
        at, text = 0, payload.decode("utf-8")
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    cause = f"Could not parse payload into json: {_complaint(text, at)}\n{_SOURCE.format(line, column)}"
    message = f"Could not parse request body into json: {cause}"
    raise ApiError("InvalidRequestContentException", message, 400, Type="User")


def _complaint(text: str, at: int) -> str:
    if at >= len(text):
        return "Unexpected end-of-input"
    word = re.match(r"[A-Za-z_][A-Za-z0-9_]*", text[at:])
    if word:
        return f"Unrecognized token '{word[0]}': was expecting {_EXPECTED}"
    character, code = text[at], ord(text[at])
    shown = "(CTRL-CHAR, code" if code < 0x20 or 0x7F <= code < 0xA0 else f"'{character}' (code"
    return f"Unexpected character ({shown} {code})): expected a valid value {_EXPECTED}"
