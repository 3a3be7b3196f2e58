"""What is said in a sender's own words: a table whose texts hold expressions, written as JSON, XML or text."""

import html
import json
import re
from collections.abc import Mapping
from typing import Literal

from dispatch.dialects.expressions import BadExpression, Expression
from dispatch.dialects.trees import TEXT, Tree

Form = Literal["json", "xml", "text"]

CONTENT_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_NAME = re.compile(r"[^\W\d][\w.-]*")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Template:
    """A compiled body. Doubled braces stand for themselves."""

    def __init__(self, body: Tree, form: Form) -> None:
        """Raises: ValueError: an expression or a name cannot be used."""
        self._form = form
        self._body = _compiled(body, form)

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self._form]

    def render(self, values: Tree) -> bytes:
        """Raises: BadExpression: it cannot be carried out on these values."""
        said = _said(self._body, values)
        if self._form == "json":
            return json.dumps(said, ensure_ascii=False, default=str).encode(errors="replace")
        if self._form == "text":
            return _text(said).encode(errors="replace")
        ((name, content),) = said.items()
        return f'<?xml version="1.0" encoding="UTF-8"?>{_element(name, content)}'.encode(errors="replace")


def _compiled(body: Tree, form: Form) -> Tree:
    if isinstance(body, dict):
        for name in body:
            bare = name.removeprefix("@")
            if form == "xml" and name != TEXT and not _NAME.fullmatch(bare):
                raise ValueError(f"body: {name!r} is no name of an XML element or, with @, of an attribute")
        return {name: _compiled(value, form) for name, value in body.items()}
    if isinstance(body, list):
        return [_compiled(value, form) for value in body]
    return _pieces(body) if isinstance(body, str) else body


def _pieces(text: str) -> tuple[str | Expression, ...]:
    pieces: list[str | Expression] = []
    last = 0
    for found in _PIECE.finditer(text):
        pieces.append(_without_braces(text[last : found.start()]))
        if found.group(1) is None:
            pieces.append(found.group()[0])
        else:
            try:
                pieces.append(Expression(found.group(1)))
            except BadExpression as error:
                raise ValueError(f"body: {found.group()}: {error}") from error
        last = found.end()
    return tuple(piece for piece in (*pieces, _without_braces(text[last:])) if piece != "")


def _without_braces(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError(f"body: {text!r} has a brace without its other one: double a brace that stands for itself")
    return text


def _said(body: Tree, values: Tree) -> Tree:
    match body:
        case dict():
            return {name: _said(value, values) for name, value in body.items()}
        case list():
            return [_said(value, values) for value in body]
        case (Expression() as alone,):
            # By itself it keeps its kind: a number stays a number, and nothing stays null.
            return alone.find(values)
        case tuple():
            return "".join(piece if isinstance(piece, str) else _text(piece.find(values)) for piece in body)
    return body


def _text(value: Tree) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _element(name: str, content: Tree) -> str:
    if isinstance(content, list):
        return "".join(_element(name, one) for one in content)
    if not isinstance(content, dict):
        return f"<{name}>{_escaped(content)}</{name}>"
    attributes = [(key[1:], value) for key, value in content.items() if key.startswith("@")]
    head = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes if value is not None)
    inner = "".join(
        _escaped(value) if key == TEXT else _element(key, value)
        for key, value in content.items()
        if not key.startswith("@")
    )
    return f"<{name}{head}>{inner}</{name}>"


def _escaped(value: Tree) -> str:
    return html.escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", _text(value)))
