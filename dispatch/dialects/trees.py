"""A message's bytes as one tree, whether JSON or XML, within bounds of size and depth and without entities."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

Format = Literal["json", "xml"]
Tree = Any
"""An object, a list, a text, a number, true, false or null."""

MOST_DEPTH = 40
MOST_NODES = 10_000
"""Far more than any call needs (an EIDO with all its parts has about 500), and little work (assumption)."""

TEXT = "#text"
"""The text of an XML element that has attributes too; these are `@name`."""

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CODECS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    # GB 18030 holds both, and senders that declare GB 2312 write more than it has.
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "iso-8859-1": "latin-1",
    "utf-16": "utf-16",
}


class Unreadable(ValueError):
    """No tree can be made of a body. `code` is the attention that it asks for."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def decode(body: bytes, encoding: str | None) -> tuple[str, bool]:
    """The text of a body, and whether its encoding had to be guessed.

    encoding: what the dialect says; else an XML declaration counts, else UTF-8, else GB 18030, which older Chinese
    systems write and which reads nearly anything.
    """
    declared = _DECLARED.match(body)
    codec = _CODECS.get((encoding or (declared.group(1).decode() if declared else "utf-8")).lower())
    try:
        if codec:
            return body.decode(codec), False
    except UnicodeError:
        pass
    return body.decode("gb18030", errors="replace"), True


def read_tree(
    text: str, *, form: Format, lists: Collection[str] = (), embedded: Mapping[str, Format] | None = None
) -> Tree:
    """The tree of a text. lists: XML elements that are a list however few there are. embedded: names of fields whose
    text is a message in itself, and of which form; it stands in the tree in place of the text.

    Raises:
        Unreadable: broken, too deep, too large, or XML with a document type.
    """
    tree = _read_json(text) if form == "json" else _read_xml(text, lists)
    if embedded:
        _unpack(tree, embedded, lists)
    _check_bounds(tree)
    return tree


def leaves(tree: Tree) -> Iterator[tuple[str, tuple[int, str], Any]]:
    """Each value that is no object or list: its path as an expression writes it, the object and the field that hold it,
    and itself. Values of a list belong to the field that holds the list."""
    yield from _leaves(tree, "", (0, ""))


def _leaves(tree: Tree, path: str, held_by: tuple[int, str]) -> Iterator[tuple[str, tuple[int, str], Any]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _leaves(value, f"{path}.{name}" if path else name, (id(tree), name))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _leaves(value, f"{path}[{index}]", held_by)
    else:
        yield path, held_by, tree


def _read_json(text: str) -> Tree:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise Unreadable("too_deep", f"The body is nested more than {MOST_DEPTH} deep.") from error
    except ValueError as error:
        raise Unreadable("broken_json", f"The body is not JSON: {error}.") from error


def _read_xml(text: str, lists: Collection[str]) -> Tree:
    builder = _TreeBuilder(lists)
    # No document type at all: entities cannot be declared without one, and no call needs either.
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(text.removeprefix("\ufeff").lstrip())
        return parser.close()
    except DefusedXmlException as error:
        raise Unreadable(
            "forbidden_xml", "The body is XML with a document type or entities: send it without."
        ) from error
    except (ParseError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("broken_xml", f"The body is not XML: {error}.") from error


class _Element:
    __slots__ = ("attributes", "children", "name", "texts")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: dict[str, list[Tree]] = {}
        self.texts: list[str] = []


class _TreeBuilder:
    """What the parser tells its news to. Depth and size are held while it reads, not afterwards."""

    def __init__(self, lists: Collection[str]) -> None:
        self._lists = frozenset(lists)
        self._open = [_Element("", {})]
        self._nodes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if len(self._open) > MOST_DEPTH:
            raise Unreadable("too_deep", f"The body is nested more than {MOST_DEPTH} deep.")
        if self._nodes > MOST_NODES:
            raise Unreadable("too_many_parts", f"The body has more than {MOST_NODES} parts.")
        self._open.append(_Element(_local(tag), attributes))

    def data(self, text: str) -> None:
        self._open[-1].texts.append(text)

    def end(self, _tag: str) -> None:
        element = self._open.pop()
        self._open[-1].children.setdefault(element.name, []).append(self._value(element))

    def close(self) -> Tree:
        return self._value(self._open[0])

    def _value(self, element: _Element) -> Tree:
        if element.attributes.get(_NIL) in {"true", "1"}:
            return None
        text = "".join(element.texts).strip()
        tree: dict[str, Tree] = {f"@{_local(name)}": value for name, value in element.attributes.items()}
        for name, values in element.children.items():
            tree[name] = values if len(values) > 1 or name in self._lists else values[0]
        if not tree:
            return text
        if text:
            tree[TEXT] = text
        return tree


def _local(name: str) -> str:
    """Without its namespace: prefixes differ from sender to sender, names do not."""
    return name.rpartition("}")[2]


def _unpack(tree: Tree, embedded: Mapping[str, Format], lists: Collection[str]) -> None:
    """Put the trees of embedded messages in their texts' places; a text that is none stays a text."""

    def unpacked(value: Tree, form: Format) -> Tree:
        if isinstance(value, list):
            return [unpacked(one, form) for one in value]
        if not isinstance(value, str) or not value.strip():
            return value
        try:
            return read_tree(value, form=form, lists=lists)
        except Unreadable:
            return value

    def walk(node: Tree, depth: int) -> None:
        if depth > MOST_DEPTH:
            raise Unreadable("too_deep", f"The body is nested more than {MOST_DEPTH} deep.")
        for name, value in list(_items(node)):
            if isinstance(node, dict) and name in embedded:
                node[name] = unpacked(value, embedded[str(name)])
            else:
                walk(value, depth + 1)

    walk(tree, 1)


def _items(node: Tree) -> Iterator[tuple[Any, Tree]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)


def _check_bounds(tree: Tree) -> None:
    level, nodes, depth = [tree], 0, 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if depth > MOST_DEPTH + 1:
            raise Unreadable("too_deep", f"The body is nested more than {MOST_DEPTH} deep.")
        if nodes > MOST_NODES:
            raise Unreadable("too_many_parts", f"The body has more than {MOST_NODES} parts.")
        level = [value for node in level for _, value in _items(node)]
