"""The query of a URL. A class of our own: the import of werkzeug's takes a tenth of a server's start."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl


class Query(dict[str, str]):
    """The parameters of a query, each with its first value; `pairs` are all, in their order. It is not changed."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()):
        self.pairs = tuple(pairs)
        for name, value in self.pairs:
            self.setdefault(name, value)

    def all(self, name: str) -> list[str]:
        """All values of a parameter."""
        return [value for other, value in self.pairs if other == name] if name in self else []

    def without(self, name: str) -> Query:
        """The query without one of its parameters."""
        return Query(pair for pair in self.pairs if pair[0] != name)


def query(text: str) -> Query:
    """The query that a text is, as a URL has it."""
    return Query(parse_qsl(text, keep_blank_values=True) if text else ())
