"""The command line: `python -m local_aws serve` and `python -m local_aws env`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from local_aws import ADMIN_ACCESS_KEY, ADMIN_SECRET_KEY, REGION

DEFAULT_PORT = 4566


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit status says whether it could be done."""
    parsed = _parser().parse_args(arguments)
    if parsed.command == "env":
        print(environment_lines(f"http://127.0.0.1:{parsed.port}"))
        return 0
    from local_aws.server import run

    try:
        run(parsed.port, parsed.clock, parsed.parent, parsed.ready_file, parsed.log_file)
    except (OSError, SystemExit) as error:
        print(
            f"The embedded AWS can't listen on port {parsed.port}: {error}. Is one already running there? "
            "Stop it, or choose another with --port (0 takes a free one).",
            file=sys.stderr,
        )
        return 1
    return 0


def environment(endpoint_url: str) -> dict[str, str]:
    """The environment variables that send every AWS SDK and the AWS CLI to this server."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ADMIN_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def environment_lines(endpoint_url: str) -> str:
    """The same as lines for a shell: `export` for sh, `$Env:` for PowerShell on Windows."""
    form = '$Env:{}="{}"' if os.name == "nt" else "export {}={}"
    return "\n".join(form.format(name, value) for name, value in environment(endpoint_url).items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_aws", description="An AWS on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the embedded AWS on 127.0.0.1 until interrupted")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    serve.add_argument(
        "--clock",
        type=float,
        default=60.0,
        help="how many times faster waits pass; 1 is real time (default: 60)",
    )
    serve.add_argument("--parent", type=int, help="stop when the process with this id is gone")
    serve.add_argument("--ready-file", type=Path, help="a JSON file to write once the server answers")
    serve.add_argument("--log-file", type=Path, help="where the server's own log goes")
    env = commands.add_parser("env", help="print the lines that send a shell's AWS CLI and SDKs here")
    env.add_argument("--port", type=int, default=DEFAULT_PORT)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
