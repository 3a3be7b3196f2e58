"""JMESPath expressions into a message, and which of its fields they have looked at: what none did is kept and shown."""

from collections.abc import Iterator
from typing import Any

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError
from jmespath.visitor import Options, TreeInterpreter

from dispatch.dialects.trees import Tree

MOST_CHARACTERS = 1_000


class BadExpression(ValueError):
    """An expression is no JMESPath, or cannot be carried out on this message."""


class _Functions(functions.Functions):  # type: ignore[misc]  # the library has no types
    """Those of JMESPath, and two that messages need: null in, null out."""

    @functions.signature({"types": ["string", "null"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_split(self, text: str | None, separator: str) -> list[str] | None:
        """`split(text, ' ')`: its parts; a blank separator is any white space."""
        if text is None:
            return None
        return text.split(separator.strip() or None)

    @functions.signature({"types": ["array", "null"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_joined(self, parts: list[Any] | None, separator: str) -> str | None:
        """`joined([a, b], ' ')`: what there is of the parts; unlike `join` it takes numbers and passes over null."""
        said = [str(part) for part in parts or [] if isinstance(part, str | int | float) and str(part).strip()]
        return separator.join(said) or None


_OPTIONS = Options(custom_functions=_Functions())


class Seen:
    """Which fields have been looked at: of which object, and by which name."""

    def __init__(self) -> None:
        self.fields: set[tuple[int, str]] = set()


class _Watching(TreeInterpreter):  # type: ignore[misc]  # the library has no types
    def __init__(self, seen: Seen) -> None:
        super().__init__(_OPTIONS)
        self._seen = seen

    def visit_field(self, node: dict[str, Any], value: Any) -> Any:
        if isinstance(value, dict):
            self._seen.fields.add((id(value), node["value"]))
        return super().visit_field(node, value)


class Expression:
    """One compiled expression; `text` as it was written."""

    def __init__(self, text: str) -> None:
        """Raises: BadExpression."""
        self.text = text
        if len(text) > MOST_CHARACTERS:
            raise BadExpression(f"an expression has at most {MOST_CHARACTERS} characters")
        try:
            self._parsed = jmespath.compile(text).parsed
        # The library lets some broken texts through as what Python raises.
        except (JMESPathError, ValueError, IndexError, AttributeError, RecursionError) as error:
            raise BadExpression(f"not JMESPath: {' '.join(str(error).split())}") from error
        known = _Functions.FUNCTION_TABLE
        if unknown := sorted(name for name in _called(self._parsed) if name not in known):
            raise BadExpression(f"JMESPath has no function {', '.join(unknown)}")

    def find(self, tree: Tree, seen: Seen | None = None) -> Any:
        """What it finds; None where there is nothing.

        Raises:
            BadExpression: it cannot be carried out, as the sum of texts.
        """
        try:
            return _Watching(seen or Seen()).visit(self._parsed, tree)
        except (JMESPathError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise BadExpression(f"{self.text} cannot be carried out: {str(error).splitlines()[0]}") from error


def _called(node: dict[str, Any]) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _called(child)
