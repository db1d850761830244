"""What BlazingText's container answers to a request for inference: labels of sentences, or vectors of words.

Two formats (SageMaker developer guide, BlazingText, "Model artifacts and inference"): `application/json`, an object
with `instances` and `configuration.k`, and `application/jsonlines`, an object with `source` and `k` in each line.
Sentences and words are taken as they are: nothing is tokenised or lower-cased. The request's Accept header is ignored.

A body that isn't what its content type says is the caller's fault (400). Whatever else doesn't fit - no `instances`,
a JSON string where an object should be, a sentence that isn't a string - the real container runs into unprepared,
and so does this one: the exception is the server's, a traceback in its log and the status 500.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol

JSON, JSON_LINES = "application/json", "application/jsonlines"
_UNDECODABLE = "Customer Error: Unable to decode payload: Incorrect data format. (caused by ValueError)"


class Classifier(Protocol):
    """The part of a supervised model that inference uses."""

    def predict(self, text: str, k: int) -> list[tuple[str, float]]: ...


class Vectors(Protocol):
    """The part of an unsupervised model that inference uses."""

    def get_word_vector(self, word: str) -> list[float]: ...


Predict = Callable[[list[str], int], Iterator[dict[str, Any]]]
"""Gives an answer for each text; the number is how many labels are wanted."""


class ClientFault(Exception):
    """The request can't be answered as it is; `status` and the text are the container's answer."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


def labels_of(model: Classifier) -> Predict:
    """A classifier's answers: labels and their probabilities, the likeliest first."""

    def predict(sentences: list[str], k: int) -> Iterator[dict[str, Any]]:
        for sentence in sentences:
            found = model.predict(sentence, k)
            yield {"label": [label for label, _ in found], "prob": [probability for _, probability in found]}

    return predict


def vectors_of(model: Vectors) -> Predict:
    """The vectors of words; that of a word which is not in the model, nor made of known parts, is all zeros."""

    def predict(words: list[str], k: int) -> Iterator[dict[str, Any]]:
        for word in words:
            yield {"vector": model.get_word_vector(word), "word": word}

    return predict


def answer(predict: Predict, content_type: str, body: bytes) -> tuple[str, bytes]:
    """The content type and the body of the answer.

    Raises:
        ClientFault: 415 for another content type, 400 for a body that can't be decoded.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON:
        return JSON, _answer_json(predict, _decode(body))
    if kind == JSON_LINES:
        return JSON_LINES, _answer_lines(predict, [_decode(line) for line in body.split(b"\n") if line.strip()])
    raise ClientFault(415, f"content-type {content_type} not supported")


def _decode(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ClientFault(400, _UNDECODABLE) from error


def _answer_json(predict: Predict, request: Any) -> bytes:
    texts = list(request["instances"])
    k = request.get("configuration", {}).get("k", 1)
    return json.dumps(list(predict(texts, k))).encode()


def _answer_lines(predict: Predict, requests: list[Any]) -> bytes:
    lines = []
    for k, group in itertools.groupby(requests, key=lambda request: request.get("k", 1)):
        texts = [request["source"] for request in group]
        lines += [json.dumps(each) for each in predict(texts, k)]
    return "".join(line + "\n" for line in lines).encode()
