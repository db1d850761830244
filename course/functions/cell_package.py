"""Makes a Lambda deployment package from the cell in which a handler was written.

The package holds the cell's own text as `lambda_function.py`: what runs in Lambda is what stands in the
notebook, and what pastes into the console's editor. A cell that would not stand on its own is refused here,
with what to change, rather than fail there.
"""

from __future__ import annotations

import ast
import builtins
import io
import linecache
import symtable
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.errors import CourseError

# A fixed time for every member: the same cell gives the same bytes.
_MADE = (1980, 1, 1, 0, 0, 0)


def package(handler: Callable[..., Any] | str, *modules: str | Path) -> bytes:
    """A deployment package, as `ZipFile` of Lambda's CreateFunction and UpdateFunctionCode takes it.

    Args:
        handler: a function written in a cell, whose whole cell is packed; or the text of a module, packed as
            it is, right or wrong.
        modules: files packed beside it.

    Returns:
        The bytes of a zip file with `lambda_function.py` at its top.

    Raises:
        CourseError: no cell holds the handler's text, or the cell needs something that Lambda will not have.
    """
    source = handler if isinstance(handler, str) else cell_source(handler)
    members = {"lambda_function.py": source.encode()} | {Path(m).name: Path(m).read_bytes() for m in modules}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, _MADE)
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return packed.getvalue()


def cell_source(handler: Callable[..., Any]) -> str:
    """The text of the cell in which a function was written, checked to stand on its own.

    Raises:
        CourseError: see `package`.
    """
    code = getattr(handler, "__code__", None)
    if code is None:
        raise CourseError(f"{handler!r} is not a function: pass the handler itself, such as lambda_handler.")
    # From Python 3.13 on `<string>` leads to a text, too: that of `python -c`, whatever the function is from.
    source = "" if code.co_filename == "<string>" else "".join(linecache.getlines(code.co_filename))
    if not source.strip():
        raise CourseError(
            f"The text of {code.co_name} is not to be found. Write it in a plain cell (no %%magic on its"
            " first line), run the cell, and pass the function."
        )
    if code.co_name == "<lambda>":
        raise CourseError("A lambda expression has no name that Lambda could call: write the handler with def.")
    if "get_ipython()" in source:
        raise CourseError(
            "The cell holds a notebook command (% or !), which Python in Lambda does not know: take it out."
        )
    missing = sorted(_names_from_elsewhere(source))
    if missing:
        raise CourseError(
            f"The cell uses {', '.join(missing)} from another cell. Lambda gets this cell alone: import or"
            f" define {'them' if len(missing) > 1 else 'it'} here."
        )
    _refuse_foreign_name(handler, source)
    return source


def _refuse_foreign_name(handler: Callable[..., Any], source: str) -> None:
    functions = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    if handler.__name__ not in functions:
        raise CourseError(
            f"{handler.__name__} is not defined at the top level of its cell: Lambda could not find it there."
        )


def _names_from_elsewhere(source: str) -> set[str]:
    """Names that a cell reads as globals and neither defines nor imports."""
    top = symtable.symtable(source, "lambda_function.py", "exec")
    defined = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    defined |= {symbol.get_name() for symbol in top.get_symbols() if symbol.is_namespace()}
    read: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                defined.add(symbol.get_name())
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                read.add(symbol.get_name())
    return read - defined - set(dir(builtins)) - {"__name__", "__file__", "__doc__"}
