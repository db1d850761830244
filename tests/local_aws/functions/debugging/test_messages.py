"""Messages of the Debug Adapter Protocol, from bytes that come in any pieces."""

from __future__ import annotations

import json

import pytest

from local_aws.functions.debugging.messages import Messages

STOPPED = {"type": "event", "event": "stopped", "body": {"text": "ä"}}


def message(content: object) -> bytes:
    body = json.dumps(content, ensure_ascii=False).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_messages_are_found_in_whatever_pieces_they_come(size: int) -> None:
    reader, data = Messages(), message(STOPPED) + message({"seq": 2})
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert [found for piece in pieces for found in reader.feed(piece)] == [STOPPED, {"seq": 2}]


def test_what_is_no_message_is_passed_over() -> None:
    reader = Messages()
    data = b"Content-Length: 3\r\n\r\n{]}" + b"Other: 1\r\n\r\n" + message([1]) + message(STOPPED)
    assert list(reader.feed(data)) == [STOPPED]
