"""Whatever 120 signs is taken: 202, durable, and an incident that a dispatcher can see."""

import base64
import hmac
import json
import shutil
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.access.tokens import Access
from dispatch.contracts.webhook import MessageType
from tests.support.process import running
from tests.support.service import WEBHOOK_SECRET, Service
from tests.support.town import CENTRE, Town

EXAMPLES = 80

lon, lat = CENTRE
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
)
times = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat) | st.sampled_from(
    ["9999-12-31T23:59:59-14:00", "0"]
)
places = st.fixed_dictionaries(
    {},
    optional={
        "lon": st.floats(lon - 0.01, lon + 0.01) | anything,
        "lat": st.floats(lat - 0.01, lat + 0.01) | anything,
        "datum": st.sampled_from(["wgs84", "gcj02", "bd09"]) | anything,
        "accuracy_m": st.floats(0, 100) | anything,
        "address": st.text(max_size=600) | anything,
        "floor": st.text(max_size=60) | anything,
        "note": anything,
    },
)
data = st.fixed_dictionaries(
    {},
    optional={
        "cad_ref": st.sampled_from(["A", "B", "C"]) | st.text(max_size=250) | anything,
        "location": places | anything,
        "ambulance_eta": times | anything,
        "caller_phone": st.text(max_size=50) | anything,
    },
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(list(MessageType)) | anything,
        "timestamp": times | anything,
        "data": data | anything,
    },
)
written = messages.map(lambda message: json.dumps(message, ensure_ascii=False).encode(errors="surrogatepass"))
cut = st.builds(lambda body, at: body[:at], written, st.integers(0, 300))
other = st.builds(
    lambda message, coding: json.dumps(message, ensure_ascii=False).encode(coding, errors="replace"),
    messages,
    st.sampled_from(["gb18030", "utf-16", "utf-8-sig"]),
)
deep = st.integers(1, 20_000).map(lambda depth: b'{"data":' * depth)
bodies = st.one_of(written, messages.map(json.dumps).map(str.encode), cut, other, deep, st.binary(max_size=500))


@pytest.fixture(scope="module")
def fuzzed(town: Town, filled_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("fuzzed")
    shutil.copy(filled_database, folder / "town.sqlite3")
    with running(town, f"sqlite+aiosqlite:///{folder / 'town.sqlite3'}", folder / "service.log") as service:
        yield service
    assert '"exception": ' not in (folder / "service.log").read_text(encoding="utf-8")


def test_whatever_is_signed_is_taken_once_and_seen_by_dispatchers(fuzzed: Service) -> None:
    headers = {"authorization": f"Bearer {fuzzed.token(Access.DISPATCHER)}"}
    with httpx.Client(base_url=fuzzed.url, trust_env=False, timeout=30) as http:

        @given(body=bodies)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        def send(body: bytes) -> None:
            signature = _signed(body)
            first, again = (http.post("/webhooks/120", content=body, headers=signature) for _ in range(2))
            incident_id = first.json()["incident_id"]
            seen = http.get(f"/api/incidents/{incident_id}", headers=headers)

            assert first.status_code == again.status_code == 202
            assert first.json()["code"] in {"accepted", "needs_attention"}
            assert again.json()["code"] == "duplicate"
            assert again.json()["incident_id"] == incident_id
            assert seen.status_code == 200
            assert first.json()["code"] == "accepted" or first.json()["detail"]
            assert http.get(f"/api/incidents/{incident_id}/timeline", headers=headers).status_code == 200

        send()
        listed = http.get("/api/incidents", params={"limit": 500}, headers=headers)

    assert listed.status_code == 200
    assert fuzzed.get("/readyz")["status"] == "ready"


def _signed(body: bytes) -> dict[str, str]:
    """Headers for any bytes; 120's own library signs text only."""
    message_id, timestamp = f"msg_{uuid.uuid4().hex}", int(time.time())
    key = base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}
