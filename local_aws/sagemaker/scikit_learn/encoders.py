"""The formats that the scikit-learn image reads and writes where a script has no functions for it.

Source: sagemaker-containers, `_encoders.py`: JSON, CSV and NumPy's own format.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
TEXTS = (JSON, CSV)
"""The content types whose bodies a script gets as texts."""


class UnsupportedFormatError(Exception):
    """There is no reader or writer for a content type."""

    def __init__(self, content_type: str):
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\n"
            "Please implement input_fn to to deserialize the request data or an output_fn to\n"
            "serialize the response. For more information, see the SageMaker Python SDK README."
        )


def decode(body: str | bytes, content_type: str) -> Any:
    """The array that a body holds; numbers of texts as 32-bit floats.

    Raises:
        UnsupportedFormatError.
        ValueError: it holds none.
    """
    if isinstance(body, bytes):
        if content_type != NPY:
            raise UnsupportedFormatError(content_type)
        return np.load(io.BytesIO(body), allow_pickle=True)
    if content_type == JSON:
        return np.array(json.loads(body)).astype(np.float32)
    rows = list(csv.reader(io.StringIO(body), strict=True))
    return np.array(rows).squeeze().astype(np.float32)


def encode(value: Any, accept: str) -> bytes:
    """An array, or what can be one, as a body.

    Raises:
        UnsupportedFormatError.
    """
    if accept == JSON:
        return json.dumps(value, default=_plain).encode()
    if accept == CSV:
        array = np.array(value)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(array.reshape(-1, 1) if array.ndim == 1 else array)
        return text.getvalue().encode()
    if accept == NPY:
        file = io.BytesIO()
        np.save(file, value)
        return file.getvalue()
    raise UnsupportedFormatError(accept)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
