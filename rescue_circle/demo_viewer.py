"""What a person needs to watch the demo: an account for the console, a volunteer of their own, and where to look."""

import asyncio
import csv
import json
import secrets
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import shapely
import typer
from rich.console import Console
from standardwebhooks import Webhook

from dispatch.people.accounts import Accounts
from dispatch.people.qr import qr_text
from dispatch.people.second_factors import SecondFactors
from dispatch.people.secrets import SessionKeys
from dispatch.people.sessions import Sessions
from dispatch.people.volunteers import Volunteers, join_url
from geo.places.datum import Datum
from registry.importers.kinds import ImportKind
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from simulators.districts import load_core_districts

ACCOUNT = "demo"
RESCUER_ID = "viewer"
PORT = 8120
EVERYWHERE = "0.0.0.0"  # noqa: S104 - where the viewer asks for it, to open the app on a phone
INVITATION_FOR = timedelta(days=1)
FICTIONAL_PHONE = "+12025550199"
BESIDE_DEG = 0.0004
"""Some forty metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """stand: where the viewer's volunteer is, WGS-84. code: of the invitation, good for one phone."""

    password: str = field(repr=False)
    code: str = field(repr=False)
    stand: tuple[float, float]


def let_in(database_url: str, folder: Path, stand: tuple[float, float]) -> Viewer:
    """Put the viewer's volunteer and dispatcher into the demo's database; the service may start afterwards."""
    return asyncio.run(_let_in(database_url, folder, stand))


async def _let_in(database_url: str, folder: Path, stand: tuple[float, float]) -> Viewer:
    file = folder / "synthetic-viewer.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["id", "name", "phone", "certificate_kind", "valid_from", "valid_until", "on_duty", "home_lon", "home_lat"]
        )
        certificate = ("red_cross_first_aid", "2020-01-01", "2035-12-31")
        writer.writerow([RESCUER_ID, "观看者 Viewer", FICTIONAL_PHONE, *certificate, "yes", *stand])
    database = Database(database_url)
    try:
        options = ImportOptions(kind=ImportKind.RESCUERS, datum=Datum.WGS84, source="viewer")
        await import_file(database, file, options, now=datetime.now(UTC))
        password = secrets.token_urlsafe(9)
        await Accounts(database).add(ACCOUNT, "dispatcher", password)
        # Nobody joins here, so this needs no key of the service's.
        volunteers = Volunteers(database, Sessions(database, SessionKeys(""), SecondFactors(database)))
        invitation = await volunteers.invite(RESCUER_ID, INVITATION_FOR)
    finally:
        await database.close()
    return Viewer(password=password, code=invitation.code, stand=stand)


def write_districts(folder: Path) -> Path:
    """The outlines of the synthetic city's real districts, for its map."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": one.figures.name},
            "geometry": json.loads(shapely.to_geojson(one.outline)),
        }
        for one in load_core_districts()
    ]
    path = folder / "districts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def address_of(host: str, port: int) -> str:
    """Where the viewer, or the viewer's phone, opens the demo."""
    return f"http://{find_own_address() if host == EVERYWHERE else host}:{port}"


def find_own_address() -> str:
    """This machine's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def welcome(console: Console, viewer: Viewer, address: str, *, host: str) -> None:
    """Say what to open, above everything that follows."""
    lon, lat = viewer.stand
    link = f"{join_url(address, viewer.code)}&at={lon:.6f},{lat:.6f}"
    console.print("[bold]Open in a browser[/bold]")
    for what, where in (
        ("console, to watch the calls", f"{address}/console/   name: {ACCOUNT}   password: {viewer.password}"),
        ("a volunteer's phone, to be alarmed", f"{link}   (good once; it stands near the next calls)"),
        ("map of the AEDs", f"{address}/map/"),
    ):
        console.print(f"  {what}: {where}", highlight=False, markup=False, soft_wrap=True)
    if host == EVERYWHERE:
        console.print("  the volunteer's phone in your hand, in the same network:", highlight=False)
        typer.echo(qr_text(link))
    else:
        told = "  for a phone in your hand, with a QR code: rescue-circle demo --host 0.0.0.0"
        console.print(told, highlight=False, soft_wrap=True)


def stay(console: Console, address: str, viewer: Viewer, *, webhook_secret: str) -> None:
    """Until Ctrl-C; Enter makes a call beside the viewer's volunteer."""
    can_ask = sys.stdin.isatty()
    console.print(f"[bold]The service stays up: {address}/console/[/bold]", highlight=False, soft_wrap=True)
    console.print(f"  {'Enter: a call beside your volunteer. ' if can_ask else ''}Ctrl-C: end.", highlight=False)
    number = 0
    try:
        while can_ask and sys.stdin.readline():
            number += 1
            status = _call_beside(address, viewer, number, webhook_secret)
            console.print(f"  call VIEWER-{number}: {status}", highlight=False)
        signal.pause()
    except KeyboardInterrupt:
        console.print("ending", highlight=False)


def _call_beside(address: str, viewer: Viewer, number: int, webhook_secret: str) -> str:
    lon, lat = viewer.stand
    location = {"lon": lon + BESIDE_DEG, "lat": lat, "datum": "wgs84", "address": "演示地址 · demo address"}
    message_id, now = f"msg_viewer_{number}", datetime.now(UTC)
    try:
        with httpx.Client(base_url=address, trust_env=False) as http:
            body = json.dumps(
                {
                    "type": "call.created",
                    "timestamp": _service_now(http, viewer),
                    "data": {"cad_ref": f"VIEWER-{number}", "location": location},
                }
            )
            headers = {
                "webhook-id": message_id,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(webhook_secret).sign(message_id, now, body),
            }
            answer = http.post("/webhooks/120", content=body.encode(), headers=headers).json()
    except (httpx.HTTPError, KeyError, ValueError) as error:
        return f"not taken: {type(error).__name__}"
    return str(answer.get("code"))


def _service_now(http: httpx.Client, viewer: Viewer) -> str:
    """The demo's clock is years from ours."""
    session = http.post("/api/session", json={"name": ACCOUNT, "password": viewer.password}).json()
    return str(http.get("/api/clock", headers={"authorization": f"Bearer {session['token']}"}).json()["now"])


def settings_for(address: str, districts: Path | None) -> Mapping[str, str]:
    """What the service needs to be looked at. Whoever watches wants to be rung by the next call too."""
    rung_again = {"RESCUE_POLICY_DECLINE_REST_S": "0", "RESCUE_POLICY_REST_S": "0"}
    return {"RESCUE_PUBLIC_URL": address, **rung_again, **({"RESCUE_DISTRICTS": str(districts)} if districts else {})}
