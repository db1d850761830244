"""Writes `docs/operations.md`: every operation that the embedded AWS answers, whose answer it is, and what is missing.

Read from the code: the methods of our own services, the classes by which moto answers, botocore's models of AWS.
`python -m docs.operations` writes the page; a test fails when it is not what this program would write.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_type_hints

from botocore import xform_name

# Every service has to be imported to be found.
import local_aws.cloudwatch_logs.service
import local_aws.eventbridge.scheduler.service
import local_aws.eventbridge.service
import local_aws.functions.service
import local_aws.sagemaker.service
import local_aws.server
import local_aws.states.service
import local_aws.tagging.service  # noqa: F401
from docs.generated import write_or_compare
from local_aws import wire
from local_aws.house import Service
from local_aws.moto.backend import SERVICES
from local_aws.moto.coverage import operations
from local_aws.moto.inside import Moto
from local_aws.moto.members import ignored, refused
from local_aws.s3.service import CORRECTED

PAGE = Path(__file__).with_suffix(".md")

_HEAD = """# Operations of the embedded AWS

Which operations of AWS's APIs the embedded AWS answers, and whose answer it is. Every call, whoever answers it, passes
the same front door: there the gateway finds the service and the caller, and judges whether the caller may.

- **ours**: answered by this project, in `local_aws/`.
- **moto's, corrected**: kept and answered by [moto](https://github.com/getmoto/moto), with something done here beside
  it, because moto's answer alone would not be AWS's.
- **moto's**: answered by moto alone, as it is.
- **not there**: answered with `NotImplemented` and the operation's name, never with an invented result. Every service
  of AWS that is not in this table is answered so, too.

An operation that is there may still lack some of its members: a call that brings one is answered with `NotImplemented`
and the member's name, unless it says what is so anyway. Which members of its operations moto ignores is read from its
source (`local_aws/moto/members.json`).

The operations below are those of botocore's models; S3 also takes a browser's upload by form (`PostObject`), which is
ours.

This page is generated. After a change, `python -m docs.operations` writes it anew.

"""


@dataclass(frozen=True)
class Answers:
    """The operations of one service, by whose answer they get. Each operation of its model is in one of the four."""

    service: str
    title: str
    ours: list[str]
    corrected: list[str]
    motos: list[str]
    missing: list[str]

    @property
    def kinds(self) -> list[tuple[str, list[str]]]:
        """The four kinds, each with its name on the page."""
        return [
            ("Ours", self.ours),
            ("Moto's, corrected", self.corrected),
            ("Moto's", self.motos),
            ("Not there", self.missing),
        ]


def services() -> set[str]:
    """The services of which anything is answered, by botocore's names."""
    return {one.name for one in _below(Service)} | set(SERVICES.values())


def answers(service: str) -> Answers:
    """What is answered of one service."""
    own = [one for one in _below(Service) if one.name == service]
    api = wire.api_for(service)
    names = set(api.model.operation_names)
    if api.protocol.startswith("rest"):
        # A deprecated one has the address of the one that took its place, and is answered as that.
        names = {name for name in names if not api.model.operation_model(name).deprecated}
    had = names & operations(service) if service in SERVICES.values() else set()
    mine = {name for name in names if any(hasattr(one, xform_name(name)) for one in own)}
    ending_in_moto = {name for name in mine & had if any(_asks_moto(one, xform_name(name)) for one in own)}
    ours, motos = mine - ending_in_moto, had - (mine - ending_in_moto)
    corrected = ending_in_moto | (motos & CORRECTED if service == "s3" else set())
    return Answers(
        service,
        api.model.metadata["serviceFullName"],
        ours=sorted(ours),
        corrected=sorted(corrected),
        motos=sorted(motos - corrected),
        missing=sorted(names - ours - motos),
    )


def page() -> str:
    """The text of `docs/operations.md`."""
    found = sorted(map(answers, services()), key=lambda one: (-len(one.ours), -len(one.motos), one.service))
    rows = [
        f"| {one.title} | `{one.service}` | {' | '.join(str(len(names) or '') for _, names in one.kinds)} |"
        for one in found
    ]
    head = ["| service | in boto3 | ours | moto's, corrected | moto's | not there |", "|:--|:--|--:|--:|--:|--:|"]
    return _HEAD + "\n".join([*head, *rows]) + "\n" + "".join(map(_section, found))


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it. Returns the exit status: 1 when it differs under `--check`."""
    about = __doc__.splitlines()[0]
    return write_or_compare(arguments, "docs.operations", about, PAGE, page, "the code says")


def _asks_moto(service: type[Service], operation: str) -> bool:
    """Whether an operation of ours is one of a class that is given moto to ask, past the front door."""
    return hasattr(service, operation) and Moto in get_type_hints(service.__init__).values()


def _below(service: type[Service]) -> Iterator[type[Service]]:
    for one in service.__subclasses__():
        yield one
        yield from _below(one)


def _filled(text: str) -> str:
    return textwrap.fill(text, 138, break_on_hyphens=False)


def _section(one: Answers) -> str:
    there = sum(len(names) for kind, names in one.kinds if names is not one.missing)
    lines = [f"\n<details><summary><b>{one.title}</b>: {there} of {there + len(one.missing)}</summary>\n"]
    for kind, names in one.kinds:
        if names:
            lines += [_filled(f"**{kind}** ({len(names)}): {', '.join(names)}."), ""]
    moto = ignored(one.service) if one.service in SERVICES.values() else {}
    members = {operation: names for operation in moto if (names := refused(one.service, operation))}
    if members:
        told = "; ".join(f"{name} ({', '.join(those)})" for name, those in sorted(members.items()))
        lines += [_filled(f"**Members that are not there** ({sum(map(len, members.values()))}): {told}."), ""]
    return "\n".join([*lines, "</details>\n"])


if __name__ == "__main__":
    sys.exit(main())
