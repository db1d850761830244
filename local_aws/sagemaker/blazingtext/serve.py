"""BlazingText's container for inference: `python3 -m local_aws.sagemaker.blazingtext.serve`.

It answers as every container for inference does (SageMaker developer guide, "Use your own inference code with
hosting services"): `GET /ping` and `POST /invocations`. On AWS that is at port 8080; instances that share a machine
can't share a port, so this one takes a free port of the loopback and says in its log at which address it listens.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import fasttext
from werkzeug.exceptions import InternalServerError

from local_aws.http_server import HttpServer
from local_aws.sagemaker.blazingtext.inference import ClientFault, Model, answer
from local_aws.sagemaker.blazingtext.zero_pages import give_back_zero_pages
from local_aws.sagemaker.containers.sandbox import OPT_ML, ROOT_VARIABLE

StartResponse = Callable[..., Any]


class Inference:
    """The container's WSGI application."""

    def __init__(self, model: Model):
        self._model = model

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        status, content_type, body = self._answer(environ)
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def _answer(self, environ: dict[str, Any]) -> tuple[int, str, bytes]:
        place = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if place == ("GET", "/ping"):
            return 200, "application/json", b"\n"
        if place != ("POST", "/invocations"):
            return 404, "text/plain", b"not found"
        try:
            return 200, *answer(self._model, environ["CONTENT_TYPE"], environ["wsgi.input"].read())
        except ClientFault as fault:
            print(fault, flush=True)
            return fault.status, "text/plain", str(fault).encode()
        except Exception:
            traceback.print_exc()
            return 500, "text/html", InternalServerError().get_body().encode()


def main() -> None:
    """Load the model, then serve until killed. Ends with a message and exit code 1 where there is no model."""
    model_file = Path(os.environ.get(ROOT_VARIABLE, OPT_ML)) / "model" / "model.bin"
    if not model_file.is_file():
        sys.exit(f"The model artifact holds no {model_file.name}.")
    try:
        model = fasttext.load_model(str(model_file))
    except ValueError as error:
        sys.exit(f"The model can't be loaded: {error}")
    give_back_zero_pages(model)
    server = HttpServer(("127.0.0.1", 0), Inference(model))
    print(f"Listening at: http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
