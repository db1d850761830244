"""`make account`: runs the lessons on a person's own account, writes down what AWS answers, and cleans up in any case.

Before: the account is named and agreed to in words; rights and quotas are asked for. Between lessons: the spending is
held against the cap. After the last lesson, an error, Ctrl-C or SIGTERM: everything that the course has made is
removed. Then the same lessons run on the embedded AWS, and what AWS has answered otherwise is named.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

import account_guard
import course
from course.account import instances, stand_in
from course.account.ledger import Ledger
from course.account.quotas import check_quotas
from course.account.settings import Settings
from course.account.target import agree, chosen, whose
from course.errors import CourseError
from course.lesson import look
from course.proving import file, lessons, needed, preflight
from course.proving.replay import replay
from course.proving.scrubbing import Scrubber, names_in, names_of, without_others
from course.proving.spending import Spending
from course.proving.words import words
from course.run_lessons import lessons as lessons_in

_BUILD = Path(__file__).resolve().parents[2] / "build" / "account"
_INTERRUPTED = ("It was interrupted", "The kernel died", "KeyboardInterrupt")
"""What is said of a lesson that Ctrl-C has ended: the kernel hears of it, too, and so does what runs the kernel."""


def main(arguments: list[str] | None = None) -> int:
    """Prove the lessons on an account.

    Returns:
        0 where all lessons ran to their end and nothing is left; 1 where one failed; 2 where nothing was begun, or
        something is left in the account.
    """
    options = _parser().parse_args(arguments)
    account_guard.close_kernel()
    try:
        if chosen() != "aws":
            raise CourseError("make account works on your own account: COURSE_TARGET=aws.")
        account, region = whose()
        paths = lessons_in(options.lessons, options.notebooks)
        if not paths:
            raise CourseError("There is no such lesson.")
        _agree(account, region, [path.name[:2] for path in paths], options)
        if options.clean_up:
            return 0 if _clean_up() else 2
        spending = Spending(options.cap, instances.chosen())
        names, ledger = _prepare(account, region, options)
    except CourseError as error:
        print(f"{error}\nVERDICT: nothing was begun.")
        return 2
    path = options.file or _BUILD / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}.jsonl"
    recording, clean = _recorded(paths, names, ledger, region, spending, path)
    return _report(recording, clean, path, options)


def _recorded(
    paths: list[Path], names: dict[str, str], ledger: Ledger, region: str, spending: Spending, path: Path
) -> tuple[file.Recording, bool]:
    """Run the lessons until one fails, clean up whatever happens, and write the file.

    Returns:
        The recording, and whether nothing is left in the account.
    """
    run = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "region": region}
    recording = file.Recording(run | {"boto3": boto3.__version__, "lessons": []})
    ended: dict[str, str] = {}
    clean = False
    with tempfile.TemporaryDirectory() as kept, _stoppable():
        try:
            for lesson in paths:
                number = lesson.name[:2]
                ended[number] = spending.refusal(number)
                if not ended[number]:
                    recording.run["lessons"].append(number)
                    ended[number] = _lesson(lesson, Path(kept), names, ledger, spending)
                if ended[number]:
                    print(f"\n{ended[number]}\n", flush=True)
                    break
        except KeyboardInterrupt:
            ended[number] = "It was interrupted."
        finally:
            with _patient():
                clean = _clean_up()
                calls = file.calls_in(Path(kept))
                known = Scrubber(names).scrubbed(names_in(ledger.made()))
                recording.calls = [without_others(call, known) for call in calls]
                recording.end = {"lessons": ended, "clean": clean, "dollars": round(spending.dollars, 2)}
                file.write(path, recording)
    return recording, clean


def _lesson(path: Path, kept: Path, names: dict[str, str], ledger: Ledger, spending: Spending) -> str:
    number, since = path.name[:2], time.monotonic()
    print(f"  {path.stem:<40}", end="", flush=True)
    failure = "It was interrupted."
    try:
        failure = lessons.run(path, kept, "aws", names)
    finally:
        seconds = time.monotonic() - since
        calls = [call for call in file.calls_in(kept) if call["lesson"] == number]
        spending.add([one for one in ledger.made() if one.lesson == number], calls, seconds)
        said = "FAILED" if failure else "ok"
        print(f" {said}  {seconds:.0f} s, {len(calls)} calls, about {spending.dollars:.2f} USD so far", flush=True)
    return failure


def _agree(account: str, region: str, numbers: list[str], options: argparse.Namespace) -> None:
    """Say what will happen, and go on only where the words were said.

    Raises:
        CourseError: they were not.
    """
    wanted = words(account)
    print(
        f"This works on the AWS account {account}, in {region}: lessons {', '.join(numbers)}.\n"
        f"What they make there is real and costs money; before each lesson, what is spent is held against a cap of "
        f"{options.cap:.2f} USD. At the end everything that the course has made in this account is removed."
    )
    if options.agree is None:
        print(f"If that is what you want, type: {wanted}")
        try:
            options.agree = input("> ")
        except EOFError:
            options.agree = ""
    if " ".join(options.agree.split()) != wanted:
        raise CourseError("Not agreed: the words were other ones.")
    if not stand_in.address():
        agree(account)


def _prepare(account: str, region: str, options: argparse.Namespace) -> tuple[dict[str, str], Ledger]:
    """Ask for rights and quotas; gives what is to be kept out of the file, and the ledger.

    Raises:
        CourseError: something is lacking; it is named.
    """
    _, ledger = look()
    caller = boto3.client("sts").get_caller_identity()
    allowed = preflight.rights(caller["Arn"], needed.rights(account, region, options.rights), boto3.client("iam"))
    print(allowed)
    if allowed.lacking:
        raise CourseError("Give this user these rights, and begin again.")
    quotas = check_quotas(Settings("00", "aws", account, region, "", "", instances=instances.chosen()))
    print(quotas)
    if not quotas.ok:
        raise CourseError("The quotas are too low for the lessons.")
    return names_of(account, caller["Arn"], caller["UserId"]), ledger


def _clean_up() -> bool:
    """Remove everything that the course has made, and say what could not be removed; whether nothing is left."""
    print("Cleaning up ...", flush=True)
    while True:
        try:
            done = course.clean_up()
            left = course.left()
            for one in [one for one in done.removals if one.reason]:
                print(f"  {one.resource.kind} {one.resource.name}: {one.reason}")
            if done.done and left.none:
                print("Nothing is left.", flush=True)
                return True
            print(left)
        except (CourseError, ClientError, BotoCoreError) as error:
            print(f"  {error}")
        if not sys.stdin.isatty():
            print("Something may be left in the account. For the rest, as soon as AWS knows you again:")
            print("    make account CLEAN=1", flush=True)
            return False
        input("Put it right (a session that has expired: log in anew), then press Enter to try again: ")


def _report(recording: file.Recording, clean: bool, path: Path, options: argparse.Namespace) -> int:
    ended = recording.end["lessons"]
    failed = {number: text for number, text in ended.items() if text}
    print(f"\n{len(recording.calls)} calls are written down in {path}.")
    interrupted = any(text in said for said in failed.values() for text in _INTERRUPTED)
    if interrupted:
        print(f"It was interrupted. To hold what there is against the embedded AWS: make replay FILE={path}")
    elif recording.lessons:
        print("The same lessons on the embedded AWS:", flush=True)
        found = replay(recording, options.notebooks)
        print(f"\n{found}\n")
        path.with_suffix(".txt").write_text(f"{found}\n", encoding="utf-8")
    verdict = f"all {len(ended)} lessons ran to their end"
    if failed:
        verdict = f"FAILED in lesson {', '.join(failed)}; {len(ended) - len(failed)} before it ran to their end"
    left = "nothing is left" if clean else "SOMETHING IS LEFT IN THE ACCOUNT"
    print(f"VERDICT: {verdict}; about {recording.end['dollars']:.2f} USD; {left}.")
    return 2 if not clean else int(bool(failed))


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(signal.SIGTERM, stop):
        yield


@contextmanager
def _patient() -> Iterator[None]:
    """Let the clean-up come to its end: only a second Ctrl-C ends it."""
    asked: list[int] = []

    def wait(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        print("The clean-up goes on. Once more ends it, and leaves in the account what is there.", flush=True)

    with _handled(signal.SIGINT, wait), _handled(signal.SIGTERM, wait):
        yield


@contextmanager
def _handled(number: signal.Signals, handler: Any) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make account", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="two digits each; all where none is named")
    parser.add_argument("--cap", type=float, default=3.0, help="US dollars that it may cost (default: %(default)s)")
    parser.add_argument("--agree", metavar="WORDS", help=f"'{words('ACCOUNT')}'; asked for where they aren't given")
    parser.add_argument("--file", type=Path, help="where the calls are written")
    parser.add_argument("--rights", type=Path, help="the rights to ask for, as pairs of action and resource")
    parser.add_argument("--notebooks", type=Path, help="the folder of the lessons; notebooks/ where none is named")
    parser.add_argument("--clean-up", action="store_true", help="only remove what the course has made")
    return parser


if __name__ == "__main__":
    sys.exit(main())
