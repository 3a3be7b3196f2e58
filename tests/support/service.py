"""A running service as tests see it: with the eyes of 120, of dispatchers and of an administrator."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from dispatch.access.tokens import Access, Identity, TokenSigner
from geo.places.datum import Datum
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from registry.storage.migrating import migrate
from tests.support.plain_http import fetch
from tests.support.town import Town, place

WEBHOOK_SECRET = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz"
TOKEN_SECRET = "tests-only-secret-for-signing-tokens"


@dataclass
class Service:
    """A running service. Calls are signed as 120 signs them; `admin` may read and do everything."""

    url: str
    signer: TokenSigner = field(default_factory=lambda: TokenSigner(TOKEN_SECRET))

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http://", "ws://")

    def token(self, access: Access, subject: str = "tests", ttl_s: float = 600) -> str:
        return self.signer.issue(Identity(subject=subject, access=access), ttl_s=ttl_s)[0]

    def post_call(self, body: bytes | dict[str, Any], *, message_id: str | None = None) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post_signed(raw, signed(raw, message_id))

    def post_signed(self, raw: bytes, headers: dict[str, str]) -> httpx.Response:
        return fetch("POST", f"{self.url}/webhooks/120", content=raw, headers=headers)

    def get(self, path: str, access: Access = Access.DISPATCHER) -> Any:
        response = self.request("GET", path, access)
        response.raise_for_status()
        return response.json()

    def request(self, method: str, path: str, access: Access = Access.DISPATCHER, **options: Any) -> httpx.Response:
        return self.request_as(self.token(access), method, path, **options)

    def put_away(self, added: httpx.Response) -> None:
        """Retire an AED that a test has added, where it was: nobody else on the same service meets it."""
        if added.status_code == 201:
            path = f"/api/aeds/{added.json()['aed_id']}/retire"
            self.request("POST", path, Access.REGISTRY_OFFICER).raise_for_status()

    def request_as(self, token: str, method: str, path: str, **options: Any) -> httpx.Response:
        """With a token of somebody in particular."""
        headers = {"authorization": f"Bearer {token}", **options.pop("headers", {})}
        return fetch(method, self.url + path, headers=headers, **options)


def signed(raw: bytes, message_id: str | None = None, at: datetime | None = None) -> dict[str, str]:
    """Standard Webhooks headers for `raw`."""
    message_id, at = message_id or f"msg_{uuid.uuid4().hex}", at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(WEBHOOK_SECRET).sign(message_id, at, raw.decode()),
    }


def call(
    kind: str = "call.created",
    *,
    cad_ref: str = "ZZ-1",
    at: datetime | None = None,
    north_m: float = 0.0,
    **data: Any,
) -> dict[str, Any]:
    """A message of 120; without `location` in `data` the patient is `north_m` north of the town's centre."""
    lon, lat = place(0, north_m)
    location = {"lon": lon, "lat": lat, "datum": "wgs84", "address": "中原路1号3单元502", "floor": "5"}
    fields = {"cad_ref": cad_ref, "location": location, **data}
    if kind not in {"call.created", "call.updated"}:
        fields.pop("location")
    return {"type": kind, "timestamp": (at or datetime.now(UTC)).isoformat(), "data": fields}


def fill_database(url: str, town: Town) -> None:
    """Make the tables of an empty database, with the town's AEDs and rescuers in them."""
    migrate(url)
    asyncio.run(_import(url, town))


async def _import(url: str, town: Town) -> None:
    database = Database(url)
    try:
        for file in (town.aeds, town.rescuers):
            options = ImportOptions(datum=Datum.WGS84, time_zone="Asia/Shanghai")
            report = await import_file(database, file, options, now=datetime.now(UTC))
            assert not report.rejected, report
    finally:
        await database.close()
