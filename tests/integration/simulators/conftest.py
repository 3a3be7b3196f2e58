"""A small town with streets, volunteers and a real service that runs for it in a process of its own."""

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from dispatch.access.tokens import Access, Identity, TokenSigner
from dispatch.contracts.webhook import CallLocation, MessageType
from geo.places.datum import Datum
from geo.places.projection import LocalPlane
from geo.streets.network_builder import build_network
from registry.importers.kinds import ImportKind
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from registry.storage.migrating import migrate
from rescue_circle.served import served
from simulators.people import Shares, make_volunteers, rescuer_id, volunteers_csv
from simulators.phones import PhoneOwner
from simulators.scenario import Scenario, ScenarioHead, ScenarioMessage
from simulators.streets import lay_streets

PLANE = LocalPlane(9.52, 47.14)
START = datetime(2025, 6, 11, 8, tzinfo=UTC)
SPEED = 300.0
"""For what is true at any speed: a volunteer's 30 s to answer are a tenth of a second of the machine's."""
CALM_SPEED = 40.0
"""For what comes of the volunteers' answers, which the machine must not make too late."""
SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()
TOKEN_SECRET = "another-secret-of-the-tests-long-enough-to-sign"
AEDS = '{{"type": "FeatureCollection", "features": [{}]}}'
AED = (
    '{{"type": "Feature", "id": "aed-{n}", "geometry": {{"type": "Point", "coordinates": [{lon}, {lat}]}}, '
    '"properties": {{"name": "AED {n}", "opening_hours": "24/7", "access": "yes"}}}}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    url: str
    token: str
    secret: str
    owners: list[PhoneOwner]
    rescuers: Path
    network: Path


@pytest.fixture
def speed() -> float:
    """How many times as fast as the real clock the service's is."""
    return SPEED


@pytest.fixture
def town(tmp_path: Path, speed: float) -> Iterator[Town]:
    """60 volunteers and 6 AEDs within 1.2 km; the service's clock starts two real minutes before START."""
    streets = lay_streets(
        lambda x_m, y_m: np.hypot(x_m, y_m) < 1_200.0, half_width_m=1_300, half_height_m=1_300, seed=1, min_nodes=500
    )
    lon, lat = PLANE.to_lonlat(streets.x_m, streets.y_m)
    network, _ = build_network(node_lon=lon, node_lat=lat, edge_from=streets.start, edge_to=streets.end, name="town")
    network.save(tmp_path / "town.net")
    nodes = np.random.default_rng(1).choice(len(lon), size=66, replace=False)
    people = make_volunteers(lon[nodes[:60]], lat[nodes[:60]], Shares(certified=1.0, on_duty=1.0), seed=1)
    rescuers, aeds = tmp_path / "rescuers.csv", tmp_path / "aeds.geojson"
    rescuers.write_text(volunteers_csv(people, certified_in=2024), encoding="utf-8")
    aeds.write_text(AEDS.format(",".join(AED.format(n=n, lon=lon[n], lat=lat[n]) for n in nodes[60:])))
    url = f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}"
    _import(url, aeds, rescuers)
    settings = {
        "RESCUE_DATABASE_URL": url,
        "RESCUE_NETWORK": str(tmp_path / "town.net"),
        "RESCUE_WEBHOOK_SECRET": SECRET,
        "RESCUE_TOKEN_SECRET": TOKEN_SECRET,
        "RESCUE_CLOCK_START": (START - timedelta(seconds=120 * speed)).isoformat(),
        "RESCUE_CLOCK_SPEED": str(speed),
    }
    token, _ = TokenSigner(TOKEN_SECRET).issue(Identity(subject="test", access=Access.SIMULATOR), ttl_s=600)
    homes = zip(people.home_lon.tolist(), people.home_lat.tolist(), strict=True)
    owners = [PhoneOwner(rescuer_id=rescuer_id(index), home=home) for index, home in enumerate(homes)]
    with served(settings, log=tmp_path / "service.log") as address:
        yield Town(
            url=address, token=token, secret=SECRET, owners=owners, rescuers=rescuers, network=tmp_path / "town.net"
        )


def _import(url: str, aeds: Path, rescuers: Path) -> None:
    migrate(url)

    async def work() -> None:
        database = Database(url)
        try:
            await import_file(database, aeds, ImportOptions(kind=ImportKind.AEDS, time_zone="UTC"), now=START)
            await import_file(database, rescuers, ImportOptions(kind=ImportKind.RESCUERS, datum=Datum.WGS84), now=START)
        finally:
            await database.close()

    asyncio.run(work())


def two_calls() -> Scenario:
    """Two calls an hour apart in the middle of town; the ambulance comes after ten minutes."""
    middle = CallLocation(lon=9.52, lat=47.14, datum="wgs84", accuracy_m=10, address="Musterstrasse 1")
    messages = []
    for number, began in enumerate((0.0, 3_600.0), start=1):
        cad_ref = f"C-{number}"
        story = (
            (began, MessageType.CALL_CREATED, middle, began + 600.0),
            (began + 600.0, MessageType.AMBULANCE_ARRIVED, None, None),
            (began + 660.0, MessageType.CALL_CLOSED, None, None),
        )
        messages += [
            ScenarioMessage(
                offset_s=offset_s,
                id=f"msg_{cad_ref}_{kind}",
                type=kind,
                cad_ref=cad_ref,
                location=location,
                ambulance_eta_offset_s=eta_s,
            )
            for offset_s, kind, location, eta_s in story
        ]
    head = ScenarioHead(scenario="two calls", version=1, start=START, synthetic=True, source="test", seed=1)
    return Scenario(head=head, messages=tuple(messages))
