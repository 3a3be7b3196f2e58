"""Whoever joins anew while the registry is being followed; one process, so that it happens at the very moment."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dispatch.access.tokens import TokenSigner
from dispatch.api.people import build_router
from dispatch.operations.limits import Limits
from dispatch.people.consent import CONSENT_VERSION
from dispatch.people.people import People
from registry.changes import change_feed
from registry.directory import Directory
from registry.follower import Follower
from tests.support.overtaken import Overtaken
from tests.support.service import TOKEN_SECRET

pytestmark = pytest.mark.both_databases


async def test_what_was_read_before_somebody_joined_anew_does_not_keep_them_off_consent(town_database: str) -> None:
    database = Overtaken(town_database)
    people = People.of(database, token_secret=TOKEN_SECRET, public_url="http://test")
    await people.volunteers.withdraw("r00", datetime.now(UTC))
    code = (await people.volunteers.invite("r00", timedelta(hours=1))).code
    directory = await Directory.load(database)
    service: Any = SimpleNamespace(
        people=people, directory=directory, limits=Limits([]), tokens=TokenSigner(TOKEN_SECRET)
    )
    app = FastAPI()
    app.include_router(build_router(service))

    async def join() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://test") as client:
            body = {"code": code, "consent_version": CONSENT_VERSION}
            (await client.post("/api/join", json=body)).raise_for_status()

    assert directory.get_rescuer("r00").off_consent
    database.after_read = join
    await Follower(database, directory, change_feed(database)).take([], ["r00"])
    await database.close()

    assert not directory.get_rescuer("r00").off_consent
