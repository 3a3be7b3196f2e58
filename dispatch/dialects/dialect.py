"""A dialect read from its file; mistakes in it are told with their place and what to write there."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from dispatch.dialects.form import DialectFile
from dispatch.dialects.told_back import AnswerForm, CallbackForm
from dispatch.dialects.translation import Problem, Translated, translate, untranslated
from dispatch.dialects.trees import Tree, Unreadable, decode, read_tree

PRODUCT_FORMS = files("dispatch.dialects") / "forms"


class BadDialect(ValueError):
    """A dialect's file cannot be used; the message names the file, the table and the field, and what to write."""

    code = "bad_dialect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """name: the file's, without its ending. answer, callback: None where ours will do."""

    name: str
    form: DialectFile = field(repr=False)
    answer: AnswerForm | None = field(default=None, repr=False)
    callback: CallbackForm | None = field(default=None, repr=False)

    def read(self, body: bytes, *, received_at: datetime) -> tuple[Translated, Tree]:
        """A message in our words, and its tree, None where there is none. Nothing raises."""
        message = self.form.message
        text, is_guessed = decode(body, message.encoding)
        guessed: list[Problem] = []
        if is_guessed:
            guessed = [
                (
                    "not_utf8",
                    "The body's encoding is not the one it should be; it was read as GB 18030, so check its texts.",
                )
            ]
        try:
            tree = read_tree(text, form=message.format, lists=message.lists, embedded=message.embedded)
        except Unreadable as error:
            return untranslated([(error.code, str(error)), *guessed]), None
        translated = translate(tree, self.form, received_at=received_at)
        return (translated.with_problems(guessed) if guessed else translated), tree

    def find_message_id(self, headers: Mapping[str, str], translated: Translated) -> str | None:
        """The sender's own id of its message, None where it gives none."""
        header = self.form.message.id_header
        return (headers.get(header.lower()) if header else translated.message_id) or None


def product_dialects() -> tuple[str, ...]:
    """The names of those that come with the product."""
    return tuple(
        sorted(one.name.removesuffix(".toml") for one in PRODUCT_FORMS.iterdir() if one.name.endswith(".toml"))
    )


def read_dialect(where: str, folder: Path = Path()) -> Dialect:
    """A dialect by the name of one that comes with the product, or from a file; a relative path begins at `folder`.

    Raises:
        BadDialect
    """
    if where in product_dialects():
        return parse_dialect((PRODUCT_FORMS / f"{where}.toml").read_text(encoding="utf-8"), where)
    file = folder / where
    try:
        return parse_dialect(file.read_text(encoding="utf-8"), file.stem, str(file))
    except OSError as error:
        known = ", ".join(product_dialects())
        raise BadDialect(f"cannot read the dialect {file}: {error.strerror}; name a file, or one of {known}") from error
    except UnicodeDecodeError as error:
        raise BadDialect(f"{file} is not UTF-8: save it as UTF-8") from error


def parse_dialect(text: str, name: str, where: str | None = None) -> Dialect:
    """Raises: BadDialect."""
    where = where or name
    try:
        form = DialectFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadDialect(f"{where} is not TOML: {error}") from error
    except ValidationError as error:
        raise BadDialect("; ".join(f"{where}: {wrong}" for wrong in dict.fromkeys(_explained(error)))) from error
    return Dialect(
        name=name,
        form=form,
        answer=_made(where, "answer", AnswerForm.of, form.answer) if form.answer else None,
        callback=_made(where, "callback", CallbackForm.of, form.callback) if form.callback else None,
    )


def _made(where: str, table: str, make: Any, told: BaseModel) -> Any:
    try:
        return make(told)
    except ValueError as error:
        raise BadDialect(f"{where}: {table}.{error}") from error


_SAID_OF_A_FIELD = re.compile(r"[a-z_]+: ")


def _explained(error: ValidationError) -> Iterator[str]:
    """Each mistake as its place and what to write there."""
    for part in error.errors(include_url=False):
        path, table = _find_place(part["loc"])
        place = ".".join(path)
        told = table.model_fields.get(path[-1]) if table and path else None
        described = told.description if told else None
        match part["type"]:
            case "missing":
                yield f"{place} is missing: write {described or 'it'}"
            case "extra_forbidden":
                known = f": there are {', '.join(table.model_fields)}" if table else ""
                yield f"{place} is not known{known}"
            case "value_error":
                said = part["msg"].removeprefix("Value error, ")
                joint = "." if _SAID_OF_A_FIELD.match(said) else ": "
                yield f"{place}{joint}{said}" if place else said
            case _:
                said = f"{part['msg'][:1].lower()}{part['msg'][1:]}"
                yield f"{place}: {said}" + (f": write {described}" if described else "")


def _find_place(loc: tuple[int | str, ...]) -> tuple[list[str], type[BaseModel] | None]:
    """The path in the file, and the table that its last step is a field of; None within values of no table."""
    path: list[str] = []
    table: type[BaseModel] | None = None
    inner: type[BaseModel] | None = DialectFile
    kinds: dict[str, type[BaseModel]] = {}
    for step in map(str, loc):
        if step in kinds:
            # Of a table whose kind decides its fields pydantic names the kind too; the file has no such step.
            inner = kinds[step]
            continue
        path.append(step)
        table = inner
        told = table.model_fields.get(step) if table else None
        found = _tables_of(told.annotation) if told else []
        kinds = {kind: one for one in found if "kind" in one.model_fields for kind in _kinds_of(one)}
        inner = found[0] if len(found) == 1 else None
    return path, table


def _tables_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for inner in get_args(annotation) for table in _tables_of(inner)]


def _kinds_of(table: type[BaseModel]) -> tuple[str, ...]:
    return get_args(table.model_fields["kind"].annotation)
