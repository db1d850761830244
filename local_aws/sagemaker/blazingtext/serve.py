"""BlazingText's container for inference: `python3 -m local_aws.sagemaker.blazingtext.serve`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local_aws.sagemaker.blazingtext.inference import ClientFault, Predict, answer, labels_of, vectors_of
from local_aws.sagemaker.blazingtext.loaded_model import LoadedModel
from local_aws.sagemaker.blazingtext.word2vec import BINARY_FILE
from local_aws.sagemaker.containers.model_server import Answer, Question, serve
from local_aws.sagemaker.containers.sandbox import OPT_ML, ROOT_VARIABLE

_FILES = ("model.bin", BINARY_FILE)


def main() -> None:
    """Load the model, then serve until killed. Ends with a message and exit code 1 where there is no model."""
    folder = Path(os.environ.get(ROOT_VARIABLE, OPT_ML)) / "model"
    model_file = next((folder / name for name in _FILES if (folder / name).is_file()), None)
    if model_file is None:
        sys.exit(f"The model artifact holds no {' or '.join(_FILES)}.")
    try:
        model = LoadedModel(model_file)
    except ValueError as error:
        sys.exit(f"The model can't be loaded: {error}")
    predict = labels_of(model) if model.classifies else vectors_of(model)
    serve(lambda question: _reply(predict, question))


def _reply(predict: Predict, question: Question) -> Answer:
    try:
        return Answer(200, *answer(predict, question.content_type, question.body))
    except ClientFault as fault:
        print(fault, flush=True)
        return Answer(fault.status, "text/plain", str(fault).encode())


if __name__ == "__main__":
    main()
