"""The emulators that ours is measured beside: bare moto and MiniStack, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import ClassVar

from benchmarks.emulators import BUILD, Emulator, NotThere

_MINISTACK = BUILD / "ministack"
_MINISTACK_VERSION = "1.5.33"


class Moto(Emulator):
    """moto's own server, as it comes, with its interpreter of state machines switched on."""

    name = "moto"
    without: ClassVar = {"lambda": "needs Docker", "sagemaker": "answers from a can"}

    def command(self) -> list[str]:
        return [sys.executable, "-m", "moto.server", "--port", str(self.port)]

    def start(self) -> float:
        seconds = super().start()
        settings = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
        urllib.request.urlopen(f"{self.endpoint_url}/moto-api/config", data=settings).close()
        return seconds


class MiniStack(Emulator):
    """MiniStack, installed by uv into an environment of its own. Its functions import what stands there: boto3."""

    name = "MiniStack"
    without: ClassVar = {"sagemaker": "has none"}

    def prepare(self) -> None:
        python = _MINISTACK / "bin" / "python"
        installed = _MINISTACK / f".installed-{_MINISTACK_VERSION}"
        if installed.exists():
            return
        uv = [sys.executable, "-m", "uv"]
        requirements = [f"ministack=={_MINISTACK_VERSION}", "boto3"]
        for command in (
            [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_MINISTACK)],
            [*uv, "pip", "install", "--quiet", "--python", str(python), *requirements],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                last = done.stderr.strip().splitlines()[-1:]
                raise NotThere(f"can't be installed: {''.join(last)}")
        installed.touch()

    def command(self) -> list[str]:
        return [str(_MINISTACK / "bin" / "ministack")]

    def variables(self) -> dict[str, str]:
        return {"GATEWAY_PORT": str(self.port)}


BASELINES = (Moto, MiniStack)
