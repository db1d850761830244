"""Build ``lambda_code/code.zip``: the handler and the preprocessing core, as they are uploaded to Lambda.

    python -m lambda_code.build           write it
    python -m lambda_code.build --check   exit with status 1 if the one in the repository is out of date

The same sources give the same bytes on every system and every Python: fixed order, times and permissions,
line ends as in the repository, and no compression, whose result depends on the zlib at hand.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE_ZIP = ROOT / "lambda_code" / "code.zip"

# Name in the zip: source. The handler's file must be named lambda_function.py and lie at the top.
MEMBERS = {
    "lambda_function.py": ROOT / "lambda_code" / "lambda_function.py",
    "processing/__init__.py": ROOT / "processing" / "__init__.py",
    "processing/reviews.py": ROOT / "processing" / "reviews.py",
}


def code_zip() -> bytes:
    """The zip's bytes, from the sources as they are now."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, source in sorted(MEMBERS.items()):
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # Unix, whatever system this runs on: the permissions count only there
            member.external_attr = 0o100644 << 16  # Lambda runs the code as another user, who must be able to read it
            archive.writestr(member, source.read_bytes().replace(b"\r\n", b"\n"))
    return buffer.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write or check the zip; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m lambda_code.build", description="Build lambda_code/code.zip.")
    parser.add_argument("--check", action="store_true", help="only compare the zip in the repository")
    check = parser.parse_args(arguments).check
    built = code_zip()
    if not check:
        CODE_ZIP.write_bytes(built)
        print(f"{CODE_ZIP.relative_to(ROOT)}: {len(built):,} bytes")
    elif not CODE_ZIP.is_file() or CODE_ZIP.read_bytes() != built:
        print(
            "lambda_code/code.zip is not what its sources give: run python -m lambda_code.build",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
