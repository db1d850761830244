"""The connections by which our own processes ask each other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from local_aws.http_client import HttpConnection
from local_aws.http_server import HEADERS, HttpServer

LARGE = b"x" * 3_000_000


def application(environ, start_response):
    body = environ["wsgi.input"].read() or environ["PATH_INFO"].encode()
    start_response(
        "202 Accepted", [("Content-Length", str(len(body))), ("X-Seen", dict(environ[HEADERS]).get("x-asked", ""))]
    )
    return [body]


@pytest.fixture
def server() -> Iterator[HttpServer]:
    serving = HttpServer(("127.0.0.1", 0), application)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.fixture
def connection(server) -> Iterator[HttpConnection]:
    made = HttpConnection(server.host, server.port, 10)
    yield made
    made.close()


def test_questions_on_one_connection(connection):
    for body in (b"first", LARGE, b"last"):
        answer = connection.ask("POST", "/", body, {"X-Asked": "é"})
        assert (answer.status, answer.headers["x-seen"], answer.body) == (202, "é", body)
    assert connection.ask("GET", "/a%20path").body == b"/a path"


def test_answers_that_say_nothing_are_read_later(connection):
    for _ in range(3):
        connection.tell("POST", "/", b"not asked for")
    assert connection.ask("POST", "/", b"asked for").body == b"asked for"


def test_a_line_s_end_in_a_header_is_refused(connection):
    with pytest.raises(ValueError, match="a header of the request holds a line's end"):
        connection.ask("GET", "/", headers={"X-Asked": "one\r\nX-Other: two"})
    assert connection.is_there()


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"+OK ready\r\n"],
)
def test_another_side_that_goes_away_is_an_error(said):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asking = HttpConnection(*listener.getsockname(), 10)
        other, _ = listener.accept()
        assert asking.is_there()
        other.sendall(said)
        other.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionError):
            asking.ask("GET", "/")
        other.close()
        asking.close()


def test_a_connection_that_was_ended_is_noticed():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asking = HttpConnection(*listener.getsockname(), 10)
        other, _ = listener.accept()
        other.close()
        deadline = threading.Event()
        for _ in range(500):
            if not asking.is_there():
                break
            deadline.wait(0.02)
        assert not asking.is_there()
        asking.close()


def test_who_does_not_answer_in_time_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asking = HttpConnection(*listener.getsockname(), 0.1)
        with pytest.raises(TimeoutError):
            asking.ask("GET", "/")
        asking.close()
