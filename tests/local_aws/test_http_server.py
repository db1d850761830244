"""A body that lies in a file goes out as it lies there, however slowly it is taken."""

from __future__ import annotations

import http.client
import os
import socket
import threading

import pytest

from local_aws.http_server import HttpServer, InFile

CONTENT = os.urandom(8 << 20)
ANSWERS = {"/whole": (0, len(CONTENT)), "/part": (3, 5_000_000), "/none": (7, 7), "/short": (5, len(CONTENT) + 1)}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "content"
    path.write_bytes(CONTENT)
    with path.open("rb") as file:

        def application(environ, start_response):
            start, end = ANSWERS[environ["PATH_INFO"]]
            start_response("200 OK", [("Content-Length", str(end - start))])
            return InFile(file.fileno(), start, end)

        server = HttpServer(("127.0.0.1", 0), application)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
        server.server_close()


def connected(server, receive_buffer=None):
    """A client; with a small buffer, the server has to wait for it again and again."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.sock = socket.socket()
    connection.sock.settimeout(30)
    if receive_buffer:
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.sock.connect(("127.0.0.1", server.port))
    return connection


@pytest.mark.parametrize("receive_buffer", [None, 4096])
def test_the_whole_a_part_and_nothing_come_on_one_connection(server, receive_buffer):
    connection = connected(server, receive_buffer)
    for path in ("/whole", "/part", "/none", "/whole"):
        connection.request("GET", path)
        start, end = ANSWERS[path]
        assert connection.getresponse().read() == CONTENT[start:end], path
    connection.close()


def test_who_asks_for_the_head_alone_gets_no_body(server):
    connection = connected(server)
    for _ in range(2):
        connection.request("HEAD", "/whole")
        answer = connection.getresponse()
        assert (answer.getheader("Content-Length"), answer.read()) == (str(len(CONTENT)), b"")
    connection.close()


@pytest.mark.parametrize(("size", "asked_for"), [(64 << 10, True), ((64 << 10) + 1, False)])
def test_only_a_short_body_is_asked_for_before_anybody_wants_it(server, size, asked_for):
    """The application of this file never reads a body."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n"
        connection.sendall(head.encode())
        first = connection.recv(25)
    assert (first == b"HTTP/1.1 100 Continue\r\n\r\n") is asked_for


def test_a_file_that_ends_early_ends_the_connection(server):
    """The client sees that something is missing, instead of waiting for it."""
    connection = connected(server)
    connection.request("GET", "/short")
    with pytest.raises(http.client.IncompleteRead) as failed:
        connection.getresponse().read()
    assert failed.value.partial == CONTENT[5:]
    connection.close()
