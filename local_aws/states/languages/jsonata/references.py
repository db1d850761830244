"""What an expression refers to, as far as a definition can be checked without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_aws.states.languages.jsonata.engine import Parser


@dataclass(frozen=True)
class References:
    """What an expression refers to.

    Attributes:
        top_level_names: bare names with nothing to be looked up in.
        uses_root: whether `$$` is in it.
        states_fields: the members of `$states`.
        variables: names without the `$`, but for those that it binds itself.
    """

    top_level_names: tuple[str, ...]
    uses_root: bool
    states_fields: tuple[str, ...]
    variables: frozenset[str]


def references(tree: Any) -> References:
    """Those of a parsed expression."""
    walk = _Walk()
    walk.node(tree, has_context=False)
    return References(
        tuple(dict.fromkeys(walk.names)),
        walk.root,
        tuple(dict.fromkeys(walk.states_fields)),
        frozenset(walk.variables - walk.bound),
    )


class _Walk:
    """Collects references. `has_context` says whether a bare name has something to be looked up in."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.states_fields: list[str] = []
        self.variables: set[str] = set()
        self.bound: set[str] = set()
        self.root = False

    def node(self, node: Any, has_context: bool) -> None:
        if node is None or not isinstance(node, Parser.Symbol):
            return
        if node.type == "path":
            self._path(node, has_context)
            return
        if node.type == "name" and not has_context:
            self.names.append(str(node.value))
        elif node.type == "variable":
            self._variable(node)
        elif node.type == "bind":
            self.bound.add(str(node.lhs.value))
            self.node(node.rhs, has_context)
            return
        elif node.type == "lambda":
            self.bound.update(str(parameter.value) for parameter in node.arguments or ())
            self.node(node.body, has_context)
            return
        elif node.type == "transform":
            has_context = True
        self._children(node, has_context)

    def _path(self, node: Any, has_context: bool) -> None:
        steps = node.steps or []
        if len(steps) > 1 and steps[0].type == "variable" and steps[0].value == "states" and steps[1].type == "name":
            self.states_fields.append(str(steps[1].value))
        for position, step in enumerate(steps):
            self.node(step, has_context or position > 0)
        self._group(node.group)

    def _variable(self, node: Any) -> None:
        if node.value == "$":
            self.root = True
        elif node.value:
            self.variables.add(str(node.value))

    def _children(self, node: Any, has_context: bool) -> None:
        for name in ("lhs", "rhs", "procedure", "body", "condition", "then", "_else", "expression"):
            self.node(getattr(node, name), has_context)
        for name in ("pattern", "update", "delete"):
            self.node(getattr(node, name), True)
        for name in ("arguments", "expressions"):
            for child in getattr(node, name) or ():
                self.node(child, has_context)
        for child in node.rhs_terms or node.terms or ():
            self.node(child.expression if child.type is None else child, True)
        for pair in node.lhs_object or ():
            for child in pair:
                self.node(child, has_context)
        for filtered in (*(node.predicate or ()), *(node.stages or ())):
            self.node(filtered.expr if isinstance(filtered.expr, Parser.Symbol) else None, True)
        if node.focus:
            self.bound.add(str(node.focus))
        if isinstance(node.index, str):
            self.bound.add(node.index)
        self._group(node.group)

    def _group(self, group: Any) -> None:
        for pair in (group.lhs_object if group is not None else None) or ():
            for child in pair:
                self.node(child, True)
