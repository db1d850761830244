"""A script's functions for inference, and what the image does where a script has none.

`model_fn(model_dir)` has to be there; `input_fn(body, content_type)`, `predict_fn(data, model)` and
`output_fn(prediction, accept)` may be, or `transform_fn(model, body, content_type, accept)` in place of the three.
Source: SageMaker Python SDK, "Using Scikit-learn", and AWS's sagemaker-scikit-learn-container.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from werkzeug.wrappers import Response

from local_aws.sagemaker.containers.model_server import Answer, Question
from local_aws.sagemaker.scikit_learn import encoders
from local_aws.sagemaker.scikit_learn.user_code import UserError

_UNSUPPORTED_MEDIA_TYPE, _NOT_ACCEPTABLE = 415, 406


class ScriptModel:
    """A model that a script loads and asks.

    Args:
        script: the imported script.
        folder: the model's, which `model_fn` gets.
        default_accept: what is written where a request leaves it open.

    Raises:
        UserError: the script has no `model_fn`, or both kinds of functions.
        Exception: whatever `model_fn` raises.
    """

    def __init__(self, script: ModuleType, folder: Path, default_accept: str = encoders.JSON):
        transform = getattr(script, "transform_fn", None)
        parts = [name for name in ("input_fn", "predict_fn", "output_fn") if hasattr(script, name)]
        if transform and parts:
            raise UserError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        if not hasattr(script, "model_fn"):
            raise UserError(
                "Please provide a model_fn implementation.\n"
                "See documentation for model_fn at https://github.com/aws/sagemaker-python-sdk"
            )
        self._accept = default_accept
        self._input: Callable[..., Any] = getattr(script, "input_fn", encoders.decode)
        self._predict: Callable[..., Any] = getattr(script, "predict_fn", _predict)
        self._output: Callable[..., Any] = getattr(script, "output_fn", _output)
        self._transform: Callable[..., Any] = transform or self._in_three_steps
        self._model = script.model_fn(str(folder))

    def answer(self, question: Question) -> Answer:
        """Answer a request.

        Raises:
            Exception: whatever a function of the script raises.
        """
        content_type = question.content_type or encoders.JSON
        accept = self._accept if question.accept in ("", "*/*") else question.accept
        body = question.body.decode("utf-8") if content_type in encoders.TEXTS else question.body
        return _answer(self._transform(self._model, body, content_type, accept))

    def _in_three_steps(self, model: Any, body: Any, content_type: str, accept: str) -> Any:
        try:
            data = self._input(body, content_type)
        except encoders.UnsupportedFormatError as error:
            return _refused(error, _UNSUPPORTED_MEDIA_TYPE)
        prediction = self._predict(data, model)
        try:
            return self._output(prediction, accept)
        except encoders.UnsupportedFormatError as error:
            return _refused(error, _NOT_ACCEPTABLE)


def _predict(data: Any, model: Any) -> Any:
    return model.predict(data)


def _output(prediction: Any, accept: str) -> Any:
    return encoders.encode(prediction, accept), accept


def _refused(error: encoders.UnsupportedFormatError, status: int) -> Answer:
    told = {
        "error": type(error).__name__,
        "error-message": str(error),
        "stack-trace": "".join(traceback.format_exception(error)),
    }
    return Answer(status, encoders.JSON, json.dumps(told).encode())


def _answer(result: Any) -> Answer:
    """What a script's function returned as an answer: a body alone, a body and its type, or a response of werkzeug's.

    Raises:
        TypeError: it is none of them.
    """
    if isinstance(result, Answer):
        return result
    if isinstance(result, Response):
        return Answer(result.status_code, result.content_type or "text/html", result.get_data())
    body, content_type = result if isinstance(result, tuple) else (result, "text/html; charset=utf-8")
    if isinstance(body, str):
        body = body.encode("utf-8")
    if not isinstance(body, bytes):
        raise TypeError(f"The view function did not return a valid response but {type(body).__name__}.")
    return Answer(200, content_type, body)
