"""What a script of script mode is told about its job: arguments, and variables whose names begin with SM_.

Source: the sagemaker-training toolkit, `environment.py` and `mapping.py`: hyperparameters are JSON where they can be
read as such; those whose names begin with `sagemaker_` are the toolkit's own and no arguments.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM, SUBMIT_DIRECTORY = "sagemaker_program", "sagemaker_submit_directory"
_OWN = "sagemaker_"
_NO_FRAMEWORK_PARAMETER = {
    *(PROGRAM, SUBMIT_DIRECTORY, "sagemaker_enable_cloudwatch_metrics", "sagemaker_container_log_level"),
    *("sagemaker_job_name", "sagemaker_region", "sagemaker_s3_output", "sagemaker_model_server_workers"),
}
_INFO = 20
_MODULE = "sagemaker_sklearn_container.training:main"


@dataclass(frozen=True)
class TrainingEnvironment:
    """A job as its container sees it: what stands in /opt/ml/input/config, and where things are."""

    root: Path
    hyperparameters: Mapping[str, Any]
    own: Mapping[str, Any] = field(repr=False)
    channels: Mapping[str, Any]
    resources: Mapping[str, Any]

    @classmethod
    def read(cls, root: Path) -> TrainingEnvironment:
        """Read the configuration under `root`, which is /opt/ml."""
        files = {name: _read(root / "input" / "config" / f"{name}.json") for name in _FILES}
        every = {name: _value(text) for name, text in files["hyperparameters"].items()}
        own = {name: value for name, value in every.items() if name.startswith(_OWN)}
        others = {name: value for name, value in every.items() if name not in own}
        return cls(root, others, own, files["inputdataconfig"], files["resourceconfig"])

    @property
    def program(self) -> str | None:
        """The script's name in the submit directory."""
        return os.environ.get(PROGRAM.upper()) or self.own.get(PROGRAM)

    @property
    def submit_directory(self) -> str:
        """Where the script comes from."""
        return os.environ.get(SUBMIT_DIRECTORY.upper()) or self.own.get(SUBMIT_DIRECTORY) or str(self.code)

    @property
    def code(self) -> Path:
        """Where the script and what lies beside it are put."""
        return self.root / "code"

    def arguments(self) -> list[str]:
        """The hyperparameters as a command line, in the order of their names."""
        words = []
        for name in sorted(self.hyperparameters):
            value = self.hyperparameters[name]
            if isinstance(value, dict):
                value = ",".join(f"{key}={each}" for key, each in sorted(value.items()))
            words += [f"--{name}" if len(name) > 1 else f"-{name}", "" if value is None else str(value)]
        return words

    def variables(self, program: str) -> dict[str, str]:
        """The variables that begin with SM_."""
        described = self._described(program)
        told = {
            **{name: value for name, value in described.items() if name not in _IN_TRAINING_ENV_ALONE},
            "hps": self.hyperparameters,
            "channels": sorted(self.channels),
            "framework_params": described["additional_framework_parameters"],
            "training_env": described,
            "user_args": self.arguments(),
            **{f"channel_{name}": path for name, path in described["channel_input_dirs"].items()},
            **{f"hp_{name}": value for name, value in self.hyperparameters.items()},
        }
        return {f"SM_{name.upper()}": _text(value) for name, value in told.items()}

    def _described(self, program: str) -> dict[str, Any]:
        hosts = self.resources["hosts"]
        current = self.resources["current_host"]
        groups = {group["instance_group_name"]: group for group in self.resources["instance_groups"]}
        group = self.resources["current_group_name"]
        data = self.root / "input" / "data"
        parameters = {name: value for name, value in self.own.items() if name not in _NO_FRAMEWORK_PARAMETER}
        return {
            "additional_framework_parameters": parameters,
            "channel_input_dirs": {name: str(data / name) for name in self.channels},
            "current_host": current,
            "current_instance_group": group,
            "current_instance_group_hosts": groups[group]["hosts"],
            "current_instance_type": self.resources["current_instance_type"],
            "distribution_hosts": [],
            "distribution_instance_groups": [],
            "framework_module": _MODULE,
            "hosts": hosts,
            "hyperparameters": self.hyperparameters,
            "input_config_dir": str(self.root / "input" / "config"),
            "input_data_config": self.channels,
            "input_dir": str(self.root / "input"),
            "instance_groups": list(groups),
            "instance_groups_dict": groups,
            "is_hetero": len(groups) > 1,
            "is_master": current == hosts[0],
            "job_name": os.environ["TRAINING_JOB_NAME"],
            "log_level": self.own.get("sagemaker_container_log_level", _INFO),
            "master_hostname": hosts[0],
            "model_dir": str(self.root / "model"),
            "module_dir": self.submit_directory,
            "module_name": program.removesuffix(".py"),
            "network_interface_name": self.resources["network_interface_name"],
            "num_cpus": os.cpu_count() or 1,
            "num_gpus": 0,
            "output_data_dir": str(self.root / "output" / "data"),
            "output_dir": str(self.root / "output"),
            "output_intermediate_dir": str(self.root / "output" / "intermediate"),
            "resource_config": self.resources,
            "user_entry_point": program,
        }


_FILES = ("hyperparameters", "inputdataconfig", "resourceconfig")
_IN_TRAINING_ENV_ALONE = {
    *("additional_framework_parameters", "channel_input_dirs", "distribution_hosts", "hyperparameters"),
    *("is_master", "job_name", "master_hostname"),
}


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
