"""A script and what lies beside it, on its way into /opt/ml/code.

Source: the sagemaker-training toolkit: `sagemaker_submit_directory` is a tar.gz archive in S3 or a folder of the
container; a requirements.txt in it is installed before the script runs.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

_S3 = re.compile(r"s3://([^/]+)/(.+)")
REQUIREMENTS = "requirements.txt"


class UserError(Exception):
    """The script, or what belongs to it, can't be used; the message is the image's."""


def fetch(source: str, folder: Path) -> None:
    """Let a folder hold what a submit directory holds.

    Args:
        source: `s3://bucket/key` of a tar.gz archive, or a folder.

    Raises:
        UserError: there is no such archive or folder, it can't be read, or it isn't one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = _S3.fullmatch(source)
    if found is None:
        if not Path(source).is_dir():
            raise UserError(f"The submit directory {source} is neither an archive in S3 nor a folder")
        if Path(source).resolve() != folder.resolve():
            shutil.copytree(source, folder, dirs_exist_ok=True)
        return
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch, "sourcedir.tar.gz")
        try:
            boto3.client("s3").download_file(found[1], found[2], str(archive))
        except (ClientError, BotoCoreError) as error:
            raise UserError(f"The submit directory {source} can't be downloaded: {error}") from error
        unpack(archive, folder, source)


def unpack(archive: Path, folder: Path, name: str) -> None:
    """Unpack a tar.gz archive into a folder; links and devices are left out.

    Raises:
        UserError: it isn't one, or a member leads out of the folder.
    """
    try:
        with tarfile.open(archive, "r:gz") as members:
            for member in members:
                path = (folder / member.name.lstrip("/")).resolve()
                if not path.is_relative_to(folder.resolve()):
                    raise UserError(f"The submit directory {name}: '{member.name}' leads out of the archive")
                content = members.extractfile(member) if member.isfile() else None
                if member.isdir():
                    path.mkdir(parents=True, exist_ok=True)
                elif content is not None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content.read())
                    path.chmod(member.mode | 0o600)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise UserError(f"The submit directory {name} is no tar.gz archive: {error}") from error


def install_requirements(folder: Path) -> None:
    """Have pip install what a requirements.txt names, where there is one.

    The packages of this container belong to the Python that runs the server and can't be added to: what is there
    already satisfies a requirement, and for what isn't the job fails, in pip's words.

    Raises:
        UserError: pip failed.
    """
    if not (folder / REQUIREMENTS).is_file():
        return
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS]
    ended = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True, check=False)
    print(ended.stderr, end="", flush=True)
    if ended.returncode:
        raise UserError(
            f'InstallRequirementsError:\nExitCode {ended.returncode}\nErrorMessage "{ended.stderr.strip()}"\n'
            f'Command "python -m pip install -r {REQUIREMENTS}"'
        )
