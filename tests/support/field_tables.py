"""Tables of fields in the documents, held against the models that they describe."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

Json = dict[str, Any]
Rows = dict[str, str]
Mode = Literal["validation", "serialization"]

SIMPLE = {"string": "text", "number": "number", "integer": "integer", "boolean": "true or false", "object": "object"}
FORMATS = {"date-time": "time", "uri": "address"}


def documented(document: Path, heading: str) -> Rows:
    """By field the type that the first table under `### heading` gives it; every row tells a meaning, too."""
    text = document.read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}$\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"{document.name} has no section {heading!r}"
    rows = re.findall(r"^\| `([a-z_0-9]+)` \| ([^|]+?) \| ([^|]+?) \|$", found[1], re.MULTILINE)
    assert all(meaning.strip() for _, _, meaning in rows), heading
    assert len({name for name, _, _ in rows}) == len(rows), f"{heading} names a field twice"
    return {name: kind for name, kind, _ in rows}


def described(model: type[BaseModel], *, mode: Mode, sections: Mapping[str, str], but: Iterable[str] = ()) -> Rows:
    """What the document's table must say of a model: its fields and their types in words.

    sections: by model's name the section that describes it. but: fields that another section describes.
    """
    schema = model.model_json_schema(mode=mode)
    # What the service sends is always whole.
    required = set(schema["properties"] if mode == "serialization" else schema.get("required", ()))
    words, left_out = _Words(sections, schema.get("$defs", {})), set(but)
    return {
        name: words.of(field) + ("" if name in required else ", may be left out")
        for name, field in schema.get("properties", {}).items()
        if name not in left_out
    }


def type_words(schema: Json, definitions: Json) -> str:
    """The type of one field's JSON schema, in words."""
    return _Words({}, definitions).of(schema)


class _Words:
    def __init__(self, sections: Mapping[str, str], definitions: Json) -> None:
        self._sections = sections
        self._definitions = definitions

    def of(self, schema: Json) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            section = self._sections.get(name)
            return f"[{section}](#{_anchor(section)})" if section else self.of(self._definitions[name])
        if "anyOf" in schema:
            return " or ".join(self.of(one) for one in schema["anyOf"])
        if "const" in schema or "enum" in schema:
            return ", ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
        kind = schema.get("type", "object")
        if kind == "null":
            return "null"
        if kind == "array":
            if "prefixItems" in schema:
                return f"[{', '.join(self.of(one) for one in schema['prefixItems'])}]"
            return f"list of {self.of(schema['items'])}"
        return FORMATS.get(schema.get("format", ""), SIMPLE[kind]) + _bounds(schema)


def _bounds(schema: Json) -> str:
    if "maxLength" in schema:
        return (
            f" of {schema['minLength']} to {schema['maxLength']}"
            if schema.get("minLength")
            else (f" of at most {schema['maxLength']}")
        )
    least, most = schema.get("minimum"), schema.get("maximum")
    bounds = [f"at least {least:.0f}"] if least is not None else []
    bounds += [f"at most {most:.0f}"] if most is not None else []
    return f", {' and '.join(bounds)}" if bounds else ""


def _anchor(section: str) -> str:
    return re.sub(r"[^\w -]", "", section.lower()).replace(" ", "-")
