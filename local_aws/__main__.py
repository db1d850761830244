"""The command line: `python -m local_aws serve`, `env` and `state`."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from local_aws import ADMIN_ACCESS_KEY, REGION, loading
from local_aws.access import administrator
from local_aws.isolation import callers_settings
from local_aws.lag import Late

DEFAULT_PORT, DEBUG_PORT = 4566, 5678
STATE = Path(".course") / "state"
"""Where `make lab` and `make aws` keep their state."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit status says whether it could be done."""
    parsed = _parser().parse_args(arguments)
    if parsed.command == "env":
        return _print_environment(parsed.port)
    if parsed.command == "state":
        return _state(parsed)
    callers_settings.forget()
    loading.without_crt()
    loading.connections_later()
    with loading.undisturbed():
        from local_aws.server import run
        from local_aws.state.folder import StateRefused, Taken

    lag = None if parsed.lag is None else Late(parsed.lag, parsed.lag_scale)
    try:
        port = run(
            parsed.port,
            parsed.clock,
            parsed.parent,
            parsed.ready_file,
            parsed.log_file,
            parsed.state,
            lag,
            parsed.debug,
        )
    except Taken as refused:
        if not parsed.unless_running:
            print(refused, file=sys.stderr)
            return 1
        print(_running(refused.endpoint_url))
        return 0
    except StateRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    except OSError as error:
        print(_explained(error, parsed.port), file=sys.stderr)
        return 1
    if port is not None:
        _begin_anew(arguments, port)
    return 0


def _begin_anew(arguments: list[str] | None, port: int) -> None:
    """Run the same command in this process's place, on the port that it had.

    What moto and the services hold stands in variables of the process: only another program has none of it.
    """
    command = sys.orig_argv[1:] if arguments is None else ["-m", "local_aws", *arguments]
    os.execv(sys.executable, [sys.executable, *command, "--port", str(port)])


def _running(endpoint_url: str | None) -> str:
    """What is said instead of starting a second server."""
    port = urlsplit(endpoint_url or "").port
    return (
        f"The embedded AWS runs already, at {endpoint_url}, with this state. For a shell:\n"
        f'  eval "$(python -m local_aws env --port {port})"'
    )


def _state(parsed: argparse.Namespace) -> int:
    from local_aws.state import snapshot
    from local_aws.state.folder import StateRefused, holder

    folder: Path = parsed.state
    try:
        if parsed.action == "save":
            snapshot.save(folder, parsed.file)
            print(f"The state in {folder} is saved in {parsed.file}.")
        elif parsed.action == "show":
            print("\n".join(snapshot.describe(folder)))
        else:
            aside = snapshot.load(folder, parsed.file) if parsed.action == "load" else snapshot.reset(folder)
            print(f"{folder} now holds what is in {parsed.file}." if parsed.action == "load" else f"{folder} is empty.")
            if aside is not None:
                print(f"What was there before was set aside, to {aside}.")
            if server := holder(folder):
                print(f"The embedded AWS at {server['endpoint_url']} has begun anew with it.")
    except StateRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    except OSError as error:
        print(_words(error), file=sys.stderr)
        return 1
    return 0


def _print_environment(port: int) -> int:
    try:
        print(environment_lines(f"http://127.0.0.1:{port}"))
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    return 0


def _explained(error: OSError, port: int) -> str:
    if error.errno in {errno.EADDRINUSE, errno.EACCES} and error.filename is None:
        return (
            f"The embedded AWS can't listen on port {port}: {_words(error)}. Is one already running there? "
            "Stop it, or choose another with --port (0 takes a free one)."
        )
    if error.errno == errno.ENOSPC:
        return (
            f"The embedded AWS can't start, there is no room in {tempfile.gettempdir()}: {_words(error)}. "
            "Make room there, or name another folder in TMPDIR."
        )
    return f"The embedded AWS can't start: {_words(error)}."


def _words(error: OSError) -> str:
    """What the system says, and of which file."""
    said = error.strerror or str(error)
    return f"{error.filename}: {said}" if error.filename else said


def environment(endpoint_url: str) -> dict[str, str]:
    """The environment variables that send every AWS SDK and the AWS CLI to a server, as its administrator.

    Raises:
        LookupError: no server of this user answers there; the text says how to start one.
    """
    secret = administrator.secret_for(endpoint_url)
    if secret is None:
        port = urlsplit(endpoint_url).port
        serve = "python -m local_aws serve" + ("" if port == DEFAULT_PORT else f" --port {port}")
        raise LookupError(f"No embedded AWS of yours runs on port {port}. Start it first: {serve}")
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ADMIN_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": secret,
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
    serve.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    serve.add_argument(
        "--clock",
        type=_factor,
        default=60.0,
        help="how many times faster waits pass; 1 is real time (default: 60)",
    )
    serve.add_argument(
        "--lag",
        metavar="SEED",
        nargs="?",
        const="1",
        help="be late where AWS is: new rights and names, events, logs, jobs; the same for the same seed (default: 1)",
    )
    serve.add_argument(
        "--lag-scale",
        type=_factor,
        default=1.0,
        help="what the wall seconds of --lag are multiplied by; only 1 is true, tests take less (default: 1)",
    )
    serve.add_argument(
        "--debug",
        metavar="PORT",
        type=_port,
        nargs="?",
        const=DEBUG_PORT,
        help="let debuggers attach to functions, from this port on, and folders be their code (default: %(const)s)",
    )
    serve.add_argument("--parent", type=int, help="stop when the process with this id is gone")
    serve.add_argument("--ready-file", type=Path, help="a JSON file to write once the server answers")
    serve.add_argument("--log-file", type=Path, help="where the server's own log goes")
    serve.add_argument("--state", type=Path, metavar="FOLDER", help="keep what is made there, for the next time")
    serve.add_argument(
        "--unless-running", action="store_true", help="where a server has that state already, name it and end well"
    )
    state = commands.add_parser("state", help="save, load, empty or show a state that lasts")
    actions = state.add_subparsers(dest="action", required=True)
    for action, told in (
        ("save", "write the state as one file, also while a server goes on with it"),
        ("load", "put such a file in place of the state, which is set aside; a server goes on with it"),
        ("reset", "begin again from a clean AWS, a running server too; the state is set aside"),
        ("show", "show what there is, and how large it is"),
    ):
        one = actions.add_parser(action, help=told)
        if action in ("save", "load"):
            one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument("--state", type=Path, metavar="FOLDER", default=STATE, help="default: %(default)s")
    env = commands.add_parser("env", help="print the lines that send a shell's AWS CLI and SDKs here")
    env.add_argument("--port", type=_port, default=DEFAULT_PORT)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is no port: it must be from 0 to 65535")
    return port


def _factor(text: str) -> float:
    factor = float(text)
    if not 0 < factor < float("inf"):
        raise argparse.ArgumentTypeError(f"the factor is {text}: it must be above 0 (1 is real time)")
    return factor


_port.__name__, _factor.__name__ = "port", "number"  # as argparse names them: "invalid number value: 'fast'"


if __name__ == "__main__":
    raise SystemExit(main())
