"""The scikit-learn image's container for inference: `python3 -m local_aws.sagemaker.scikit_learn.serve`.

The model's environment names the script: SAGEMAKER_PROGRAM, out of SAGEMAKER_SUBMIT_DIRECTORY, an archive in S3 or a
folder such as /opt/ml/model/code. Source: AWS's sagemaker-scikit-learn-container.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path

from local_aws.sagemaker.containers.model_server import serve
from local_aws.sagemaker.containers.sandbox import OPT_ML, ROOT_VARIABLE
from local_aws.sagemaker.scikit_learn import encoders
from local_aws.sagemaker.scikit_learn.inference import ScriptModel
from local_aws.sagemaker.scikit_learn.user_code import UserError, fetch, install_requirements

PROGRAM, SUBMIT_DIRECTORY = "SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY"
_ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"


def main() -> None:
    """Load the script's model, then serve until killed. Ends with a message and exit code 1 where that fails."""
    root = Path(os.environ.get(ROOT_VARIABLE, OPT_ML))
    try:
        model = _load(root)
    except UserError as error:
        sys.exit(str(error))
    except Exception:  # what the script raises belongs into its log
        traceback.print_exc()
        sys.exit(1)
    serve(model.answer)


def _load(root: Path) -> ScriptModel:
    program = os.environ.get(PROGRAM)
    if not program:
        raise UserError(f"The environment of the model has no {PROGRAM}, which names the script to serve with")
    code = root / "code"
    source = os.environ.get(SUBMIT_DIRECTORY, str(code))
    if source.startswith(f"{OPT_ML}/"):
        source = str(root / source.removeprefix(f"{OPT_ML}/"))
    fetch(source, code)
    install_requirements(code)
    sys.path.insert(0, str(code))
    script = importlib.import_module(program.removesuffix(".py").replace("/", "."))
    return ScriptModel(script, root / "model", os.environ.get(_ACCEPT, encoders.JSON))


if __name__ == "__main__":
    main()
