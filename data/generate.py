"""Generates the two bundled data sets, or compares what it would generate with what is stored.

    python data/generate.py                 write both zips beside this program
    python data/generate.py --output DIR    write them into DIR
    python data/generate.py --check         compare with the stored zips, write nothing

The exit status is 1 where the content differs.

Standard library only; the same content on every Python from 3.11 on. It does not download the
real data: README.md tells how.
"""

import argparse
import sys
import time
import zipfile
from pathlib import Path

from generator import archive
from generator.profiles import PROFILES, Profile
from generator.reviews import reviews

HERE = Path(__file__).resolve().parent


def data_set(profile: Profile) -> bytes:
    """The zip of a data set."""
    return archive.zipped(profile.member, archive.json_lines(reviews(profile)))


def check(profile: Profile, directory: Path) -> str | None:
    """Compares a stored data set with a fresh one. What is wrong and what to do, or None."""
    path = directory / profile.archive
    if not path.is_file():
        return f"{path} is missing: run python data/generate.py"
    stored = path.read_bytes()
    try:
        found = archive.difference(stored, data_set(profile))
    except zipfile.BadZipFile:
        return f"{path} is not a zip file: run python data/generate.py"
    if found.content:
        return f"{path} differs from what the program generates ({found.content}): replaced or out of date"
    if found.compression:
        print("  same content in every byte; this Python's zlib packs it differently", flush=True)
    return None


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Generate the bundled data sets.")
    parser.add_argument("--check", action="store_true", help="compare with the stored zips, write nothing")
    parser.add_argument("--output", type=Path, default=HERE, metavar="DIR", help="folder of the zips (default: data)")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    faults = []
    for profile in PROFILES:
        print(f"{profile.archive}: {profile.reviews:,} reviews", flush=True)
        if options.check:
            faults.append(check(profile, options.output))
        else:
            options.output.mkdir(parents=True, exist_ok=True)
            (options.output / profile.archive).write_bytes(data_set(profile))
    seconds = time.monotonic() - started
    for fault in filter(None, faults):
        print(fault, file=sys.stderr)
    if any(faults):
        print(f"FAILED: the stored data sets are not the generated ones ({seconds:.1f} s)")
        return 1
    outcome = "both are as generated" if options.check else f"both zips are in {options.output}"
    print(f"Done in {seconds:.1f} s: {outcome}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
