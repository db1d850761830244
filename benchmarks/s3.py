"""S3: objects put and got, small and large."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

from benchmarks.bench import Bench
from benchmarks.emulators import Emulator
from benchmarks.figures import Figure, within
from benchmarks.turns import Way, WrongAnswer, milliseconds

_SIZES = (("1 KB", 1_000, 150), ("10 MB", 10_000_000, 15))


def measure(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of PutObject and GetObject at two sizes."""
    for size, count, rounds in _SIZES:
        body = secrets.token_bytes(count)
        for verb, prepare in (("put", _put), ("get", _get)):
            yield from bench.compare(
                f"S3 {verb} {size}", "ms", _with(prepare, body), "s3", rounds, aim=within(1), aim_beside="MiniStack"
            )


def _with(prepare: Callable[[Emulator, bytes], Way], body: bytes) -> Callable[[Emulator], Way]:
    return lambda emulator: prepare(emulator, body)


def _put(emulator: Emulator, body: bytes) -> Way:
    s3, bucket = emulator.client("s3"), _bucket(emulator)
    return milliseconds(lambda: s3.put_object(Bucket=bucket, Key="object", Body=body))


def _get(emulator: Emulator, body: bytes) -> Way:
    s3, bucket = emulator.client("s3"), _bucket(emulator)
    s3.put_object(Bucket=bucket, Key="object", Body=body)

    def get() -> None:
        if len(s3.get_object(Bucket=bucket, Key="object")["Body"].read()) != len(body):
            raise WrongAnswer("the object came back shorter or longer than it was")

    return milliseconds(get)


def _bucket(emulator: Emulator) -> str:
    name = f"benchmark-{secrets.token_hex(6)}"
    emulator.client("s3").create_bucket(Bucket=name)
    return name
