"""The documents that are made from code and so cannot fall behind it: `make docs` writes them, a test compares."""

import asyncio
import json
import re
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from dispatch.contracts.asyncapi import asyncapi
from dispatch.contracts.callback import CALLBACK_MESSAGE
from dispatch.contracts.centre import CENTRE_MESSAGE
from dispatch.contracts.webhook import CallMessage
from dispatch.spool.spool import Spool
from registry.storage.watched_database import WatchedDatabase
from rescue_circle import __version__
from rescue_circle.columns_page import columns_markdown
from rescue_circle.compose import build_app, build_service
from rescue_circle.hours_words_page import hours_words_markdown
from rescue_circle.people_columns_table import people_columns_markdown
from rescue_circle.roles_table import roles_markdown
from rescue_circle.settings import Settings
from rescue_circle.settings_table import Language, settings_markdown

Json = dict[str, Any]

GENERATED = Path("docs/generated")
READMES: dict[Path, Language] = {Path("README.md"): "en", Path("README.zh-CN.md"): "zh"}
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
NO_SECRET = "a-secret-for-a-service-that-only-describes-itself"  # noqa: S105 - it signs nothing


class NoPlaceForTable(ValueError):
    """The document lacks the markers between which a table made from code belongs."""


class _Described(Settings):
    """Settings of a service that is only asked what it offers: nothing of the environment counts."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


async def make_documents(project: Path) -> dict[Path, str]:
    """Every document by its path in the project, as it should read now.

    Raises:
        NoPlaceForTable: a README's markers are gone.
        OSError: a README is not there.
    """
    readmes = {
        path: with_table((project / path).read_text(encoding="utf-8"), "settings", settings_markdown(language))
        for path, language in READMES.items()
    }
    return {
        GENERATED / "openapi.json": _written(await _openapi()),
        GENERATED / "asyncapi.json": _written(asyncapi(title="Rescue Circle's streams", version=__version__)),
        GENERATED / "webhook.schema.json": _written(_schema("A message of 120", TypeAdapter(CallMessage))),
        GENERATED / "callback.schema.json": _written(_schema("A message to 120", CALLBACK_MESSAGE)),
        GENERATED / "operation-centre.schema.json": _written(
            _schema("A message to the operation centre", CENTRE_MESSAGE)
        ),
        GENERATED / "people-columns.md": people_columns_markdown(),
        GENERATED / "roles.md": roles_markdown(),
        GENERATED / "hours.md": hours_words_markdown(),
        GENERATED / "columns-and-words.md": columns_markdown(),
        **readmes,
    }


def with_table(document: str, name: str, table: str) -> str:
    """The document with `table` between the markers of this name.

    Raises:
        NoPlaceForTable
    """
    begin, end = f"<!-- made by make docs: {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(document):
        raise NoPlaceForTable(f"put {begin} and {end} on lines of their own where the table of {name} belongs")
    return pattern.sub(lambda _: f"{begin}\n{table}\n{end}", document)


def docs(
    project: Annotated[Path, typer.Argument(help="The source tree whose documents are written.")] = Path(),
) -> None:
    """Write the documents that are made from code: OpenAPI, AsyncAPI, JSON schemas, roles, columns, settings."""
    for path, text in asyncio.run(make_documents(project)).items():
        target = project / path
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        typer.echo(f"written: {path}")


async def _openapi() -> Json:
    with tempfile.TemporaryDirectory() as folder:
        values = {
            "database_url": f"sqlite+aiosqlite:///{Path(folder) / 'empty.sqlite3'}",
            "webhook_secret": "whsec_" + "A" * 32,
            "token_secret": NO_SECRET,
        }
        settings = _Described(**values)  # type: ignore[arg-type]  # read from texts, as from the environment
        database = WatchedDatabase(settings.database_url)
        spool = Spool.open(settings.spool_path, limit_bytes=0)
        try:
            return build_app(await build_service(settings, database, spool), database).openapi()
        finally:
            spool.close()
            await database.close()


def _schema(title: str, adapter: TypeAdapter[Any]) -> Json:
    return {"$schema": JSON_SCHEMA, **adapter.json_schema(), "title": title}


def _written(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
