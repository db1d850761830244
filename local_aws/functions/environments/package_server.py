"""Where GetFunction's `Code.Location` leads: a download of the package, by a URL that holds its own
permission.

On AWS the package lies in a bucket of Lambda's own and the URL is presigned for ten minutes; here it is
served from a port of its own on the loopback, started when it is first needed.
"""

from __future__ import annotations

import http.server
import secrets
import threading
import time
from pathlib import Path

_VALID_SECONDS = 600


class PackageServer:
    """Serves packages by secret URLs."""

    def __init__(self) -> None:
        self._offers: dict[str, tuple[Path, float]] = {}
        self._lock = threading.Lock()
        self._server: http.server.ThreadingHTTPServer | None = None

    def offer(self, package: Path, name: str) -> str:
        """A URL from which the package can be had for ten minutes."""
        path = f"/snapshots/{name}-{secrets.token_hex(16)}"
        now = time.monotonic()
        with self._lock:
            self._offers = {key: offer for key, offer in self._offers.items() if offer[1] > now}
            self._offers[path] = (package, now + _VALID_SECONDS)
            server = self._server = self._server or self._start()
        return f"http://127.0.0.1:{server.server_port}{path}"

    def close(self) -> None:
        """Stop serving."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def _start(self) -> http.server.ThreadingHTTPServer:
        offers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                package, until = offers._offers.get(self.path, (None, 0.0))
                if package is None or until < time.monotonic():
                    self.send_error(403)
                    return
                data = package.read_bytes()
                self.send_response(200)
                self.send_header("Content-Type", "application/zip")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *arguments: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), name="lambda-packages", daemon=True).start()
        return server
