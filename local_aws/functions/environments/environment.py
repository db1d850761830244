"""The life of an execution environment: initialise, invoke, invoke again, and start over when the runtime
is lost.

An environment serves one invocation at a time. It has one log stream and one /tmp for all its life; its
runtime (a process) can be lost to a time-out, a crash or the memory limit, and the next invocation then
initialises a new one in the same environment: globals are gone, /tmp is not.

Two things differ from AWS: between invocations a runtime is not frozen (a thread that a handler leaves behind goes
on), and the size of /tmp is not enforced.

Initialisation may take ten seconds; when it fails or takes longer it is tried once more inside the first
invocation, under the function's own time-out. Source: AWS Lambda developer guide, "Understanding the Lambda
execution environment lifecycle".
"""

from __future__ import annotations

import logging
import math
import os
import queue
import shutil
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_aws.functions import log as lines
from local_aws.functions.configuration import FunctionVersion
from local_aws.functions.debugging.debugger import Debugger, free_port
from local_aws.functions.environments.frames import FrameReader
from local_aws.functions.environments.memory import MIB, MemoryWatch, Watched
from local_aws.functions.environments.runtime_api import RuntimeApi, Said
from local_aws.functions.environments.spawn import Runtime, Spawner
from local_aws.functions.environments.worker import READY, TASK_ROOT, USES_PRELOADED
from local_aws.functions.invocation import (
    Invocation,
    Outcome,
    exited,
    is_crash,
    out_of_memory,
    response_too_large,
    timed_out,
)
from local_aws.functions.names import SERVICE_PRINCIPAL
from local_aws.logs.writer import Destination, LogWriter

log = logging.getLogger(__name__)

_ON_AMAZON_LINUX_2 = {"python3.9", "python3.10", "python3.11"}
_INIT_SECONDS = 10.0
_DEBUGGED_INIT_SECONDS = 60.0
"""debugpy's own start is not the function's initialisation, and does not count for its time-out."""
_DRAIN_SECONDS = 2.0
_END_SECONDS = 2.0
# Room for what is not counted (stacks, mapped but untouched memory) before the kernel refuses.
_DATA_HEADROOM = 1 << 30


class InitError(Exception):
    """A runtime did not come up: `outcome` is what an invocation would answer, None where time ran out."""

    def __init__(self, outcome: Outcome | None):
        super().__init__("the runtime did not come up")
        self.outcome = outcome


class RunningRuntime:
    """One runtime process of an environment, with its pipe and its Runtime API."""

    def __init__(self, environment: Environment, spawner: Spawner):
        self.said: queue.SimpleQueue[Said] = queue.SimpleQueue()
        self.api = RuntimeApi(self.said)
        self._stream = environment.stream
        self._rewrite = (str(environment.code), TASK_ROOT)
        self._marks: set[str] = set()
        self._marked = threading.Condition()
        self._drained = threading.Event()
        self.debug_port = free_port() if environment.debugger else 0
        reader, writer = os.pipe()
        try:
            spec = environment.spec(self.api.address, self.debug_port)
            self.process: Runtime = spawner.start(spec, writer)
        except BaseException:
            os.close(reader)
            self.api.close()
            raise
        finally:
            os.close(writer)
        self.isolated = spawner.isolates
        self.ready = False
        limit = environment.version.memory_size * MIB if not self.debug_port else sys.maxsize
        self.memory = Watched(self.process.pid, self.process.not_counted, limit, self.process.kill)
        self.process.when_ended(lambda: self.said.put(Said("exited")))
        threading.Thread(target=self._read, args=(reader,), name="lambda-output", daemon=True).start()

    def wait_for_mark(self, name: str) -> None:
        """Wait until all that was written before a mark has been read."""
        with self._marked:
            self._marked.wait_for(lambda: name in self._marks or self._drained.is_set(), _DRAIN_SECONDS)
            self._marks.discard(name)

    def is_there(self) -> bool:
        """Whether it can still take an invocation: it may have been killed, and the news be on its way."""
        return self.process.parent_is_there() and self.api.connected()

    def stop(self) -> None:
        """Kill the process, and read what it still had written."""
        self.process.kill()
        self.process.wait(_END_SECONDS)
        self._drained.wait(_DRAIN_SECONDS)
        self.api.close()

    def as_learner_sees(self, data: bytes) -> bytes:
        """Bytes that may hold the path of the unpacked code, with /var/task in its place."""
        here, there = self._rewrite
        return data if self.isolated else data.replace(here.encode(), there.encode())

    def _read(self, descriptor: int) -> None:
        frames = FrameReader()
        while data := os.read(descriptor, 1 << 16):
            for written in frames.feed(data):
                self._take(written)
        for written in frames.flush():
            self._take(written)
        os.close(descriptor)
        with self._marked:
            self._drained.set()
            self._marked.notify_all()

    def _take(self, written: Any) -> None:
        if written.is_mark:
            if written.text == USES_PRELOADED:
                self.memory.not_counted = 0
            with self._marked:
                self._marks.add(written.text)
                self._marked.notify_all()
        else:
            text = written.text if self.isolated else written.text.replace(*self._rewrite)
            self._stream.write(text, written.time)


class Environment:
    """An execution environment of one version of a function.

    Args:
        version: what runs in it.
        credentials: of the function's role: `access_key`, `secret_key`, `token`.
        directory: its own folder, made here and removed by `close`.
        debugger: that of the function, where one may attach. Nobody watches the memory then: a debugger needs much.
    """

    def __init__(
        self,
        version: FunctionVersion,
        credentials: Any,
        endpoint_url: str,
        directory: Path,
        spawner: Spawner,
        memory_watch: MemoryWatch,
        log_writer: LogWriter,
        debugger: Debugger | None = None,
    ):
        self.version = version
        self.debugger = debugger
        self.created = time.monotonic()
        self.last_used = self.created
        self.code = version.package.directory
        self._credentials = credentials
        self._endpoint_url = endpoint_url
        self._directory = directory
        self._spawner = spawner
        self._watch = memory_watch
        self._runtime: RunningRuntime | None = None
        self._initialised_once = False
        self._peak = 0
        (directory / "tmp").mkdir(parents=True)
        (directory / "tmp").chmod(0o1777)
        stream = lines.stream_name(version.version)
        self.stream = lines.EnvironmentLog(
            log_writer, Destination(version.log_group, stream, version.role, SERVICE_PRINCIPAL, version.name)
        )

    def spec(self, runtime_api: str, debug_port: int) -> dict[str, Any]:
        """What `worker.run` needs to know."""
        return {
            "code": str(self.code),
            "temporary": str(self._directory / "tmp"),
            "environment": self._variables(runtime_api),
            "handler": self.version.handler,
            "data_limit": 0 if debug_port else 2 * self.version.memory_size * MIB + _DATA_HEADROOM,
            "debug_port": debug_port,
        }

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run the function once. Its errors are outcomes; nothing is raised for them."""
        if self._runtime is None:
            self._spawner.prepare()
        init_ms = None if self._initialised_once else self._first_init()
        self._await_ready()
        if self.debugger:
            self.debugger.wait_until_configured()
        self.stream.begin_tail()
        request_id, timeout = invocation.request_id, self.version.timeout
        self.stream.write(f"START RequestId: {request_id} Version: {self.version.version}\n")
        started = time.monotonic()
        deadline = started + timeout
        invocation.deadline_ms = int((time.time() + timeout) * 1000)
        try:
            runtime = self._runtime
            if runtime is None:
                runtime = self._init_inside_invocation(deadline)
                if self.debugger:
                    deadline += time.monotonic() - started
            outcome = self._run(runtime, invocation, deadline)
        except InitError as failed:
            outcome = failed.outcome or timed_out(request_id, timeout)
            outcome = replace(outcome, payload=outcome.payload.replace(b"{request-id}", request_id.encode()))
        duration = (time.monotonic() - started) * 1000
        report = lines.Report(
            request_id,
            duration,
            self.version.memory_size,
            self._memory_used(),
            init_ms,
            outcome.error_type,
        )
        self.stream.write_all([f"END RequestId: {request_id}\n", report.text()])
        self.last_used = time.monotonic()
        return replace(outcome, log_tail=self.stream.end_tail(), executed_version=self.version.version)

    def close(self) -> None:
        """End it: kill the runtime, remove the files."""
        self._discard_runtime()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _variables(self, runtime_api: str) -> dict[str, str]:
        version, stream = self.version, self.stream.destination
        # From Python 3.12 on the runtime stands on Amazon Linux 2023, which has no en_US: Python then sets this one.
        locale = {} if version.runtime in _ON_AMAZON_LINUX_2 else {"LC_CTYPE": "C.UTF-8"}
        return {
            **(version.environment or {}),
            **locale,
            "AWS_ACCESS_KEY_ID": self._credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self._credentials.secret_key,
            "AWS_SESSION_TOKEN": self._credentials.token,
            "AWS_REGION": version.region,
            "AWS_DEFAULT_REGION": version.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{version.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": version.name,
            "AWS_LAMBDA_FUNCTION_VERSION": version.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(version.memory_size),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": stream.group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream.stream,
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1:2000",
            "_AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1",
            "_AWS_XRAY_DAEMON_PORT": "2000",
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "LAMBDA_TASK_ROOT": TASK_ROOT,
            "LANG": "en_US.UTF-8",
            "LD_LIBRARY_PATH": (
                "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
            ),
            "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "PWD": TASK_ROOT,
            "PYTHONPATH": "/var/runtime",
            "SHLVL": "0",
            "TZ": ":UTC",
            "_HANDLER": version.handler,
            # These two are not AWS's: they lead the SDKs to the embedded AWS.
            "AWS_ENDPOINT_URL": self._endpoint_url,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }

    def _first_init(self) -> float | None:
        """Milliseconds that the first initialisation took; None where it failed and will be tried again."""
        self._initialised_once = True
        self.stream.write(lines.init_start(self.version.region, self.version.runtime))
        started = time.monotonic()
        try:
            self._start_runtime(started + (_DEBUGGED_INIT_SECONDS if self.debugger else _INIT_SECONDS))
        except InitError as failed:
            error_type = failed.outcome.error_type if failed.outcome else None
            self.stream.write(lines.init_report((time.monotonic() - started) * 1000, "init", error_type))
            return None
        return (time.monotonic() - started) * 1000

    def _init_inside_invocation(self, deadline: float) -> RunningRuntime:
        started = time.monotonic()
        try:
            return self._start_runtime(deadline + (_DEBUGGED_INIT_SECONDS if self.debugger else 0.0))
        except InitError as failed:
            error_type = failed.outcome.error_type if failed.outcome else None
            self.stream.write(lines.init_report((time.monotonic() - started) * 1000, "invoke", error_type))
            raise

    def _start_runtime(self, deadline: float) -> RunningRuntime:
        runtime = RunningRuntime(self, self._spawner)
        self._watch.begin(runtime.memory)
        self._runtime = runtime
        said = self._hear(runtime, deadline)
        if said is not None and said.kind != "exited":
            runtime.wait_for_mark(READY)
        self._stop_watching(runtime)
        if said is not None and said.kind == "ready":
            runtime.ready = True
            if self.debugger:
                self.debugger.begin(runtime.debug_port)
            return runtime
        outcome = None
        if said is not None and said.kind == "init-error":
            outcome = Outcome(runtime.as_learner_sees(said.body), "Unhandled", said.error_type)
        elif said is not None:
            outcome = self._ended(runtime, "{request-id}")
        self._discard_runtime()
        raise InitError(outcome)

    def _await_ready(self) -> None:
        """Wait until the runtime asks for more; one that has died since the last invocation is given up."""
        runtime = self._runtime
        if runtime is None:
            return
        if not runtime.ready:
            said = self._hear(runtime, time.monotonic() + _END_SECONDS)
            if said is not None and said.kind == "ready":
                runtime.wait_for_mark(READY)
                runtime.ready = True
        if not runtime.ready or not runtime.is_there():
            self._discard_runtime()
            self._spawner.prepare()

    def _run(self, runtime: RunningRuntime, invocation: Invocation, deadline: float) -> Outcome:
        self._watch.begin(runtime.memory)
        runtime.ready = False
        runtime.api.hand_out(invocation)
        said = self._hear(runtime, deadline)
        if said is None or said.kind == "exited":
            self._stop_watching(runtime)
            outcome = self._after_loss(runtime, said, invocation.request_id, deadline)
            self._discard_runtime()
            return outcome
        runtime.wait_for_mark(invocation.request_id)
        self._stop_watching(runtime)
        if said.kind == "too-large":
            return response_too_large()
        payload = runtime.as_learner_sees(said.body)
        return Outcome(payload, "Unhandled" if said.kind == "error" else None)

    def _after_loss(self, runtime: RunningRuntime, said: Said | None, request_id: str, deadline: float) -> Outcome:
        timeout = self.version.timeout
        if said is None:
            return timed_out(request_id, timeout)
        if is_crash(runtime.process.exit_code or 0) and not runtime.memory.exceeded:
            time.sleep(max(0.0, deadline - time.monotonic()))
            return timed_out(request_id, timeout)
        return self._ended(runtime, request_id)

    def _ended(self, runtime: RunningRuntime, request_id: str) -> Outcome:
        if runtime.memory.exceeded:
            return out_of_memory(request_id)
        return exited(request_id, runtime.process.exit_code or 0)

    def _hear(self, runtime: RunningRuntime, deadline: float) -> Said | None:
        """What the runtime says next; None where it says nothing in time. Stopped by a debugger, it has time."""
        before = self._stood_still()
        while True:
            left = deadline + self._stood_still() - before - time.monotonic()
            try:
                return runtime.said.get(timeout=max(0.0, left))
            except queue.Empty:
                if deadline + self._stood_still() - before <= time.monotonic():
                    return None

    def _stood_still(self) -> float:
        return self.debugger.stood_still() if self.debugger else 0.0

    def _stop_watching(self, runtime: RunningRuntime) -> None:
        self._watch.end(runtime.memory)
        self._peak = max(self._peak, runtime.memory.peak)

    def _memory_used(self) -> int:
        return max(1, math.ceil(self._peak / MIB))

    def _discard_runtime(self) -> None:
        if self._runtime is not None:
            if self.debugger:
                self.debugger.end(self._runtime.debug_port)
            self._runtime.stop()
            self._runtime = None
