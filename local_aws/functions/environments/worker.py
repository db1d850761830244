"""What runs in a runtime's process: AWS's own Python runtime, given our client for the Lambda Runtime API.

This is the only module that knows awslambdaric (the runtime interface client) from the inside: `Bootstrap`
names what it takes from there, and a test fails when an upgrade moves it. The native client of that
package exists on Linux only; the one here speaks plain HTTP, and the rest (loading the handler, the context,
marshalling, error payloads, logging) is theirs.

A function runs on the Python that the course runs on, whichever `python3.x` runtime it asked for; the
environment variable AWS_EXECUTION_ENV and the paths in a traceback say what was asked.
Importable packages are those of the managed runtime (boto3 and what it stands on), and no others of this
machine: `import pandas` fails as it does on AWS.

Where there are no namespaces, the code runs from where it was unpacked, /tmp is the machine's own,
and an audit hook refuses to open for writing what is outside of it; the service shows the code's folder
as /var/task.
"""

from __future__ import annotations

import errno
import importlib.machinery
import json
import os
import sys
import sysconfig
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from local_aws.functions.environments import shared_memory
from local_aws.functions.environments.frames import FrameWriter
from local_aws.http_client import HttpConnection

TASK_ROOT = "/var/task"
READY = "ready"
USES_PRELOADED = "uses-preloaded"
_API = "/2018-06-01/runtime"
_RUNTIME_PACKAGES = frozenset(
    [
        "awslambdaric",
        "boto3",
        "botocore",
        "dateutil",
        "jmespath",
        "s3transfer",
        "simplejson",
        "six",
        "snapshot_restore_py",
        "urllib3",
    ]
)
_PRELOADED = ("boto3", "botocore")
_OPEN_FILES = 1024


class Bootstrap:
    """The names of awslambdaric that are used here."""

    def __init__(self) -> None:
        import awslambdaric.bootstrap as module
        from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

        self.module = module
        self.run = module.run
        self.create_log_sink = module.create_log_sink
        self.extract_traceback = module.extract_traceback
        self.marshaller = LambdaMarshaller


class RuntimeClient:
    """The Lambda Runtime API seen from the runtime: next invocation, response, error, init error.

    It has the methods that awslambdaric's `run` calls on its client. Source: AWS Lambda developer guide,
    "Using the Lambda runtime API for custom runtimes".
    """

    def __init__(self, address: str, log: FrameWriter, marshaller: Any):
        host, _, port = address.rpartition(":")
        self._connection = HttpConnection(host, int(port))
        self._log = log
        self.marshaller = marshaller

    def wait_next_invocation(self) -> SimpleNamespace:
        """Block until there is an invocation; its fields are those that awslambdaric reads."""
        self._mark(READY)
        answer = self._connection.ask("GET", f"{_API}/invocation/next")
        header = answer.headers.get
        return SimpleNamespace(
            invoke_id=header("lambda-runtime-aws-request-id"),
            x_amzn_trace_id=header("lambda-runtime-trace-id"),
            invoked_function_arn=header("lambda-runtime-invoked-function-arn"),
            deadline_time_in_ms=int(header("lambda-runtime-deadline-ms", "0")),
            client_context=header("lambda-runtime-client-context"),
            cognito_identity=header("lambda-runtime-cognito-identity"),
            tenant_id=None,
            content_type=header("content-type"),
            event_body=answer.body,
            invocation_id=None,
        )

    def post_invocation_result(
        self, invoke_id: str, result_data: str | bytes, content_type: str, invocation_id: str | None = None
    ) -> None:
        """Hand over what the handler returned."""
        self._mark(invoke_id)
        body = result_data if isinstance(result_data, bytes) else result_data.encode("utf-8")
        self._connection.tell("POST", f"{_API}/invocation/{invoke_id}/response", body, {"Content-Type": content_type})

    def post_invocation_error(
        self, invoke_id: str, error_response_data: str, xray_fault: str, invocation_id: str | None = None
    ) -> None:
        """Hand over the error that the handler ended in."""
        self._mark(invoke_id)
        error_type = json.loads(error_response_data)["errorType"]
        body = error_response_data.encode("utf-8")
        self._connection.tell("POST", f"{_API}/invocation/{invoke_id}/error", body, _error_type_header(error_type))

    def post_init_error(self, error_response_data: dict[str, Any], error_type_override: str | None = None) -> None:
        """Hand over the error that loading the handler ended in."""
        self._mark(READY)
        error_type = error_type_override or error_response_data["errorType"]
        body = json.dumps(error_response_data, ensure_ascii=False).encode("utf-8", "backslashreplace")
        self._connection.ask("POST", f"{_API}/init/error", body, _error_type_header(error_type))

    def _mark(self, name: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._log.mark(name)


def _error_type_header(error_type: str) -> dict[str, str]:
    shown = "".join(character if character.isascii() and character.isprintable() else "?" for character in error_type)
    return {"Lambda-Runtime-Function-Error-Type": shown}


class Preloaded(Loader):
    """Hands over a module that was imported before the fork, and says that it is used from now on."""

    def __init__(self, module: ModuleType, when_used: Callable[[], None]):
        self._module, self._spec, self._when_used = module, module.__spec__, when_used

    def create_module(self, spec: Any) -> ModuleType:
        """Part of the import system."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Part of the import system."""
        module.__spec__ = self._spec
        self._when_used()


class RuntimePackages(MetaPathFinder):
    """Finds the packages that the managed runtime brings, and no others, where this Python keeps its own.

    What was imported before the fork is taken out of `sys.modules` and handed over when it is asked for: its
    memory counts from then on.
    """

    def __init__(self, folders: list[str], when_preloaded_is_used: Callable[[], None], also: tuple[str, ...] = ()):
        self._folders, self._names = folders, _RUNTIME_PACKAGES.union(also)
        taken = {name: sys.modules.pop(name) for name in _PRELOADED if name in sys.modules}
        self._preloaded = {name: Preloaded(module, when_preloaded_is_used) for name, module in taken.items()}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Part of the import system: the package's spec, None where it is not of the runtime."""
        if fullname in self._preloaded:
            return importlib.machinery.ModuleSpec(fullname, self._preloaded[fullname], is_package=True)
        if path is None and fullname in self._names:
            return importlib.machinery.PathFinder.find_spec(fullname, self._folders)
        return None


def run(spec: dict[str, Any], log_descriptor: int) -> None:
    """Be the runtime of one execution environment until it ends; never returns.

    Args:
        spec: `code` (a path), `isolated` (whether that is at /var/task already), `environment` (variables), `handler`,
            `data_limit` (bytes that the process may hold for data; 0 for no limit), `debug_port` (where a debugger
            may attach; 0 for nowhere).
        log_descriptor: the pipe's writing end.
    """
    status = 1
    try:
        _take_over(log_descriptor)
        _limit(spec["data_limit"])
        root = _arrange_files(spec)
        os.environ.clear()
        os.environ.update(spec["environment"])
        if not spec["isolated"]:
            # In a home that can be seen, SDKs would find the user's own profiles.
            os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
        if hasattr(time, "tzset"):
            time.tzset()
        tempfile.tempdir = None
        log = FrameWriter(os.dup(1))
        _arrange_imports(root, lambda: log.mark(USES_PRELOADED), ("debugpy",) if spec["debug_port"] else ())
        if spec["debug_port"]:
            _let_debugger_attach(spec["debug_port"])
        _run_bootstrap(spec, root, log)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
    except BaseException as error:
        _print_crash(error)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status & 0xFF)


def _print_crash(error: BaseException) -> None:
    """Show what ended the runtime, with the paths that AWS's has; the frames of this file come first and are ours."""
    shown = traceback.TracebackException.from_exception(error)
    shown.stack[:] = [frame for frame in shown.stack if frame.filename != __file__] or shown.stack[:]
    text = "".join(shown.format())
    print(text.replace(sysconfig.get_path("purelib"), "/var/runtime"), end="", file=sys.stderr)


def _take_over(log_descriptor: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for descriptor in (1, 2):
        if descriptor != log_descriptor:
            os.dup2(log_descriptor, descriptor)
    if log_descriptor > 2:
        os.close(log_descriptor)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - it lives as long as the process
    sys.stdout, sys.stderr = (_text_stream(descriptor) for descriptor in (1, 2))


def _text_stream(descriptor: int) -> Any:
    return open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False)


def _limit(data_bytes: int) -> None:
    """Keep a runaway allocation from harming the machine; the memory size is the service's to watch."""
    try:
        import resource
    except ImportError:
        return
    with_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    if with_files[1] == resource.RLIM_INFINITY or with_files[1] >= _OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, with_files[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if data_bytes and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))


def _arrange_files(spec: dict[str, Any]) -> str:
    os.umask(0o022)
    if spec["isolated"]:
        root = TASK_ROOT
    else:
        root = spec["code"]
        Path("/tmp").mkdir(exist_ok=True)
        sys.addaudithook(_refuse_writing_outside_tmp(root))
    os.chdir(root)
    return root


def _refuse_writing_outside_tmp(root: str) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook that lets Python write where a function may, and not to its code though it lie there too."""
    tmp = str(Path("/tmp").absolute())

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        path = _path_to_be_written(event, arguments)
        if path is None or isinstance(path, int):
            return
        # Path.resolve would look at the disk, and follow a link that is about to be replaced.
        where = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
        allowed = where.startswith((f"{tmp}{os.sep}", "/dev/", "/proc/self/")) or where == os.devnull
        if not allowed or where.startswith(f"{root}{os.sep}"):
            raise OSError(errno.EROFS, "Read-only file system", os.fsdecode(path))

    return hook


def _path_to_be_written(event: str, arguments: tuple[Any, ...]) -> Any:
    if event == "open":
        path, mode, flags = arguments
        by_flags = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        by_mode = isinstance(mode, str) and set(mode) & set("wax+")
        return path if by_flags or by_mode else None
    if event == "os.rename":
        return arguments[1]
    return arguments[0] if event in ("os.mkdir", "os.remove", "os.rmdir") else None


def _let_debugger_attach(port: int) -> None:
    # It would print that it can't set breakpoints in Python's own frozen modules.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    import debugpy

    debugpy.configure(subProcess=False)
    debugpy.listen(("127.0.0.1", port))
    del os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]


def _arrange_imports(root: str, when_preloaded_is_used: Callable[[], None], also: tuple[str, ...]) -> None:
    standard = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    zipped = f"python{sys.version_info[0]}{sys.version_info[1]}.zip"

    def is_standard(path: str) -> bool:
        real = os.path.realpath(path)
        return real in standard or Path(real).name in ("lib-dynload", "DLLs", zipped)

    folders = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    sys.path[:] = [root, *(path for path in sys.path if path and is_standard(path))]
    finders = (
        importlib.machinery.BuiltinImporter,
        importlib.machinery.FrozenImporter,
        importlib.machinery.PathFinder,
    )
    sys.meta_path[:] = [*finders, RuntimePackages(folders, when_preloaded_is_used, also)]
    sys.path_importer_cache.clear()
    sys.dont_write_bytecode = True
    sys.argv[:] = ["/var/runtime/bootstrap.py"]


def _run_bootstrap(spec: dict[str, Any], root: str, log: FrameWriter) -> None:
    shared_memory.take_away()
    bootstrap = Bootstrap()
    frames = LearnersView(root, spec["environment"].get("AWS_EXECUTION_ENV", ""))
    bootstrap.module.create_log_sink = lambda: log
    bootstrap.module.extract_traceback = lambda tb: frames.of(bootstrap.extract_traceback(tb))
    # A marshaller made before the environment was set would not know which runtime was asked for.
    client = RuntimeClient(spec["environment"]["AWS_LAMBDA_RUNTIME_API"], log, bootstrap.marshaller())
    for name in [name for name in sys.modules if name.split(".")[0] == "local_aws"]:
        del sys.modules[name]
    main = type(sys)("__main__")
    sys.modules["__main__"] = main
    bootstrap.run(spec["handler"], client)


class LearnersView:
    """Traceback frames as they would read on AWS: its image's paths, and no frames of the runtime's own."""

    def __init__(self, root: str, execution_environment: str):
        asked = execution_environment.removeprefix("AWS_Lambda_") or "python3"
        library = f"/var/lang/lib/{asked}"
        self._own = str(Path(__file__).parent)
        self._paths = [
            (root, TASK_ROOT),
            *((sysconfig.get_path(name), f"{library}/site-packages") for name in ("purelib", "platlib")),
            (os.path.realpath(sysconfig.get_path("stdlib")), library),
            (sysconfig.get_path("stdlib"), library),
        ]

    def of(self, frames: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The frames `(file, line, function, text)` that a learner is to see."""
        seen = []
        for file, *rest in frames:
            if not file.startswith(self._own):
                seen.append((self._path(file), *rest))
        return seen

    def _path(self, file: str) -> str:
        for here, there in self._paths:
            if file.startswith((f"{here}/", f"{here}{os.sep}")):
                return there + file[len(here) :].replace(os.sep, "/")
        return file


def _end_with(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os._exit(1)


def main() -> None:
    """Be a runtime in a process of its own, where there is no process to fork from.

    Standard input brings the spec as one line of JSON; it then stays open, and its end is this process's end.
    """
    spec = json.loads(sys.stdin.readline())
    lifeline = os.dup(0)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    if hasattr(os, "setsid"):
        os.setsid()
    run(spec, 1)


if __name__ == "__main__":
    main()
