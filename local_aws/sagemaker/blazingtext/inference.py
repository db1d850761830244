"""What BlazingText's container answers to a request for inference in supervised mode.

Two formats (SageMaker developer guide, BlazingText, "Model artifacts and inference"): `application/json`, an object
with `instances` and `configuration.k`, and `application/jsonlines`, an object with `source` and `k` in each line.
Sentences are taken as they are: nothing is tokenised or lower-cased. The request's Accept header is ignored.

A body that isn't what its content type says is the caller's fault (400). Whatever else doesn't fit - no `instances`,
a JSON string where an object should be, a sentence that isn't a string - the real container runs into unprepared,
and so does this one: the exception is the server's, a traceback in its log and the status 500.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

JSON, JSON_LINES = "application/json", "application/jsonlines"
_UNDECODABLE = "Customer Error: Unable to decode payload: Incorrect data format. (caused by ValueError)"


class Model(Protocol):
    """The part of fastText's model that inference uses."""

    def predict(self, text: list[str], k: int) -> tuple[Sequence[Sequence[str]], Sequence[Any]]: ...


class ClientFault(Exception):
    """The request can't be answered as it is; `status` and the text are the container's answer."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


def answer(model: Model, content_type: str, body: bytes) -> tuple[str, bytes]:
    """The content type and the body of the answer.

    Raises:
        ClientFault: 415 for another content type, 400 for a body that can't be decoded.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON:
        return JSON, _answer_json(model, _decode(body))
    if kind == JSON_LINES:
        return JSON_LINES, _answer_lines(model, [_decode(line) for line in body.split(b"\n") if line.strip()])
    raise ClientFault(415, f"content-type {content_type} not supported")


def _decode(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ClientFault(400, _UNDECODABLE) from error


def _answer_json(model: Model, request: Any) -> bytes:
    sentences = list(request["instances"])
    k = request.get("configuration", {}).get("k", 1)
    return json.dumps([{"label": labels, "prob": probs} for labels, probs in _predict(model, sentences, k)]).encode()


def _answer_lines(model: Model, requests: list[Any]) -> bytes:
    lines = []
    for k, group in itertools.groupby(requests, key=lambda request: request.get("k", 1)):
        sentences = [request["source"] for request in group]
        lines += [json.dumps({"prob": probs, "label": labels}) for labels, probs in _predict(model, sentences, k)]
    return "".join(line + "\n" for line in lines).encode()


def _predict(model: Model, sentences: list[str], k: int) -> Iterator[tuple[list[str], list[float]]]:
    labels, probabilities = model.predict(sentences, k=k)
    for names, values in zip(labels, probabilities, strict=True):
        yield list(names), [float(value) for value in values]
