"""Centres that speak dialects call a running service, are answered in their words, and are called back in them."""

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import defusedxml.ElementTree as Xml
import httpx
import pytest

from dispatch.access.hmac_scheme import HmacScheme, Request
from geo.places.datum import Datum, convert
from rescue_circle.integrations_file import BadIntegrations, get_configured
from tests.support.far_server import Posted, serving
from tests.support.phone import phone_of
from tests.support.plain_http import fetch
from tests.support.process import running
from tests.support.service import Service, call, signed
from tests.support.town import Town, place
from tests.support.waiting import eventually

DIALECTS = Path(__file__).parent.parent.parent / "data" / "dialects"
STANDARD = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz"
TOKEN = "tests-only-token-of-kangtuo-1"
CALLBACK_TOKEN = "tests-only-token-for-callbacks"
HEX_KEY = "74657374732d6f6e6c792d6d696e686521"
SM3_KEY = "tests-only-key-for-sm3"
FINGERPRINT = hashlib.sha256(b"tests-only-certificate").hexdigest()
EAST_OF_GREENWICH = timezone(timedelta(hours=8))


@contextmanager
def centres(town: Town, database: str, folder: Path, *, callback_url: str = "", **settings: str) -> Iterator[Service]:
    """A service for the town's own centre and for four that speak dialects."""
    file = folder / "integrations.toml"
    calls_back = f'callback_url = "{callback_url}"\ncallback_secret = "{CALLBACK_TOKEN}"' if callback_url else ""
    file.write_text(
        f"""
        [120]
        secrets = ["{STANDARD}"]
        [kangtuo]
        dialect = "{DIALECTS / "kangtuo.toml"}"
        secrets = ["{TOKEN}"]
        {calls_back}
        [minghe]
        dialect = "{DIALECTS / "minghe.toml"}"
        secrets_from = "MINGHE_SECRET"
        [notruf]
        dialect = "{DIALECTS / "notruf.toml"}"
        client_certificates = ["{FINGERPRINT}"]
        [zhongyuan]
        dialect = "ws-t-451"
        secrets = ["{SM3_KEY}"]
        """,
        encoding="utf-8",
    )
    environment = {"RESCUE_WEBHOOK_SECRET": "", "RESCUE_INTEGRATIONS": str(file), "MINGHE_SECRET": HEX_KEY}
    with running(town, database, folder / "service.log", **environment, **settings) as service:
        yield service


def kangtuo(event: str = "NEW", **site: Any) -> bytes:
    lon, lat = convert(*place(0, 0), source=Datum.WGS84, target=Datum.BD09)
    sent_at = int(datetime.now(UTC).timestamp() * 1000)
    return json.dumps(
        {
            "head": {"serial": uuid.uuid4().hex, "event": event, "biz": "OHCA", "sentAt": sent_at},
            "body": {
                "eventNo": "K-1",
                "site": {"x": round(lon * 1e6), "y": round(lat * 1e6), "road": "中原路", "no": "1号", **site},
                "determinant": "09E01",
            },
        }
    ).encode()


def as_kangtuo(service: Service, body: bytes, token: str = TOKEN) -> httpx.Response:
    headers = {"content-type": "application/json", "x-app-token": token}
    return fetch("POST", f"{service.url}/webhooks/kangtuo", content=body, headers=headers)


def minghe(reference: str = "M-1") -> bytes:
    def dms(degrees: float) -> str:
        minutes = (degrees % 1) * 60
        return f"{int(degrees)}°{int(minutes)}'{(minutes % 1) * 60:.2f}&quot;"

    lon, lat = place(60, 0)
    now = datetime.now(EAST_OF_GREENWICH)
    xml = (
        f'<?xml version="1.0" encoding="GBK"?><Alarm id="{reference}" op="1"><Time>{now:%Y/%m/%d %H:%M:%S}</Time>'
        f'<Pos lon="{dms(lon)}E" lat="{dms(lat)}N" sys="84"/><Addr>嵩山路</Addr><Dog>yes</Dog></Alarm>'
    )
    return xml.encode("gbk")


def as_minghe(
    service: Service, body: bytes, *, age: timedelta = timedelta(), path: str = "/webhooks/minghe"
) -> httpx.Response:
    time = str(int((datetime.now(UTC) - age).timestamp() * 1000))
    text = f"POST\n{path}\n{time}\n{hashlib.sha256(body).hexdigest()}".encode()
    code = base64.b64encode(hmac.digest(bytes.fromhex(HEX_KEY), text, "sha256")).decode()
    headers = {"authorization": f"MH {code}", "x-mh-time": time}
    return fetch("POST", f"{service.url}/webhooks/minghe", content=body, headers=headers)


def as_notruf(service: Service, message_id: str = "N1", **headers: str) -> httpx.Response:
    lon, lat = (f"{degrees:.6f}".replace(".", ",") for degrees in place(0, 60))
    now = datetime.now(UTC).strftime("%d.%m.%Y %H:%M:%S%z")
    body = {"einsatznummer": "N-1", "status": "NEU", "zeit": now, "ort": {"laenge": lon, "breite": lat}}
    told = {"x-message-id": message_id, "x-client-cert": FINGERPRINT, "x-client-verify": "SUCCESS", **headers}
    return fetch("POST", f"{service.url}/webhooks/notruf", content=json.dumps(body).encode(), headers=told)


def zhongyuan(kind: str = "呼救受理", where: str | None = None) -> bytes:
    lon, lat = convert(*place(0, -60), source=Datum.WGS84, target=Datum.GCJ02)
    now = datetime.now(EAST_OF_GREENWICH)
    where = where if where is not None else f'<现场位置 经度="{lon}" 纬度="{lat}" 坐标系="GCJ-02"/>'
    return (
        f"<急救信息><消息编号>{uuid.uuid4().hex}</消息编号><消息类型>{kind}</消息类型>"
        f"<发送时间>{now:%Y-%m-%d %H:%M:%S}</发送时间>"
        f"<受理流水号>Z-1</受理流水号>{where}<现场地址>陇海路</现场地址><患者><年龄>67</年龄></患者></急救信息>"
    ).encode()


def as_zhongyuan(service: Service, body: bytes) -> httpx.Response:
    time = str(int(datetime.now(UTC).timestamp()))
    scheme = HmacScheme(hash="sm3", text="{header:x-timestamp}\n{body}")
    code = scheme.sign(SM3_KEY.encode(), Request(headers={"x-timestamp": time}, body=body))
    headers = {"x-timestamp": time, "x-signature": code.hex()}
    return fetch("POST", f"{service.url}/webhooks/zhongyuan", content=body, headers=headers)


@pytest.mark.both_databases
def test_each_centre_is_understood_and_answered_in_its_own_words(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with centres(town, town_database, tmp_path) as service:
        ours = call(cad_ref="K-1", north_m=500.0)
        raw = json.dumps(ours).encode()
        standard = fetch("POST", f"{service.url}/webhooks/120", content=raw, headers=signed(raw))
        first = kangtuo()
        told, again = as_kangtuo(service, first), as_kangtuo(service, first)
        stroke = as_kangtuo(service, kangtuo().replace(b"OHCA", b"STROKE"))
        xml, heartbeat = as_minghe(service, minghe()), as_kangtuo(service, kangtuo("HEARTBEAT"))
        certified = as_notruf(service)
        chinese = as_zhongyuan(service, zhongyuan())
        finer = as_zhongyuan(service, zhongyuan("信息变更", "<楼层>6</楼层>"))
        incidents = {one["integration"]: one for one in service.get("/api/incidents")}
        figures = fetch("GET", f"{service.url}/metrics").text
        shown = {name: service.get(f"/api/incidents/{one['incident_id']}") for name, one in incidents.items()}

    assert standard.json()["code"] == "accepted"
    assert (told.status_code, told.json()["code"], again.json()["code"]) == (200, 0, 0)
    assert told.json()["data"]["serial"] == json.loads(first)["head"]["serial"]
    assert told.json()["data"]["incident"] == again.json()["data"]["incident"]
    assert (heartbeat.json()["code"], heartbeat.json()["data"]["incident"]) == (0, None)
    assert stroke.json()["data"]["incident"] is None
    assert 'rescue_calls_ignored_total{integration="kangtuo"} 2.0' in figures
    assert (xml.status_code, xml.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert xml.text.startswith("OK")
    assert (certified.status_code, certified.json()["code"]) == (202, "accepted")
    assert Xml.fromstring(chinese.content).findtext("代码") == "0"
    assert Xml.fromstring(finer.content).findtext("代码") == "0"
    assert set(incidents) == {"120", "kangtuo", "minghe", "notruf", "zhongyuan"}
    assert [shown[name]["cad_ref"] for name in ("kangtuo", "minghe", "zhongyuan")] == ["K-1", "M-1", "Z-1"]
    assert shown["kangtuo"]["more"] == {"body.determinant": "09E01"}
    assert shown["minghe"]["more"] == {"Alarm.Dog": "yes"}
    assert (shown["zhongyuan"]["location"]["floor"], shown["zhongyuan"]["more"]) == ("6", {"急救信息.患者.年龄": "67"})
    for name, east_m, north_m in (("kangtuo", 0, 0), ("minghe", 60, 0), ("notruf", 0, 60), ("zhongyuan", 0, -60)):
        location = shown[name]["location"]
        assert (location["lon"], location["lat"]) == pytest.approx(place(east_m, north_m), abs=2e-5)


def test_what_a_dialect_cannot_understand_is_kept_and_shown_and_what_proves_nothing_is_refused(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with centres(town, town_database, tmp_path) as service:
        broken = as_kangtuo(service, b"{")
        unknown = as_kangtuo(service, kangtuo("NEU"))
        bomb = as_minghe(service, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
        seen = {one["attention"] for one in service.get("/api/incidents")}
        forged = as_kangtuo(service, kangtuo(), token="tests-only-token-of-somebody")
        recorded = as_minghe(service, minghe("M-2"), age=timedelta(seconds=121))
        elsewhere = as_minghe(service, minghe("M-3"), path="/webhooks/120")
        large = as_kangtuo(service, b" " * (256 * 1024 + 1))
        unverified = as_notruf(service, **{"x-client-verify": "FAILED"})
        references = {one["cad_ref"] for one in service.get("/api/incidents")}

    assert (broken.status_code, broken.json()["code"]) == (200, 201)
    assert "not JSON" in broken.json()["msg"]
    assert "`head.event`: the event 'NEU' is none of" in unknown.json()["msg"]
    assert "document type" in bomb.text
    assert {"broken_json", "unknown_type", "forbidden_xml"} <= seen
    assert (forged.status_code, forged.json()["code"]) == (401, 401)
    assert (recorded.status_code, recorded.text.startswith("ERR x-mh-time is more than 120 s")) == (401, True)
    assert elsewhere.status_code == 401
    assert (large.status_code, large.json()["code"]) == (413, 500)
    assert (unverified.status_code, unverified.json()["code"]) == (401, "bad_signature")
    assert references == {None, "K-1"}


def test_a_certificate_told_by_somebody_who_is_no_trusted_proxy_counts_for_nothing(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with centres(town, town_database, tmp_path, RESCUE_TRUSTED_PROXIES="192.0.2.7") as service:
        refused = as_notruf(service)
        pretended = as_notruf(service, **{"x-forwarded-for": "192.0.2.7"})

    assert (refused.status_code, pretended.status_code) == (401, 401)
    assert "RESCUE_TRUSTED_PROXIES" in refused.json()["message"]


@dataclass
class BusyAtFirst:
    """A vendor's receiver, busy the first time, as such receivers say it; `came`: what it was sent."""

    url: str
    came: list[Posted] = field(default_factory=list)

    def answer(self, posted: Posted) -> tuple[int, bytes]:
        self.came.append(posted)
        return 200, b'{"code": 0}' if len(self.came) > 1 else b'{"code": 500, "msg": "busy"}'


async def test_a_centre_is_called_back_in_its_own_words_with_what_it_wants_to_hear(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with (
        serving(BusyAtFirst) as vendor,
        centres(town, town_database, tmp_path, callback_url=f"{vendor.url}/back") as service,
    ):
        async with phone_of(service, "r00") as phone:
            told = (await asyncio.to_thread(as_kangtuo, service, kangtuo())).json()["data"]["incident"]
            alert = await phone.expect("alert")
            assert (await phone.ask("accept", alert_id=alert["alert_id"]))["ok"]
            await asyncio.to_thread(as_kangtuo, service, kangtuo("END"))
            await asyncio.to_thread(eventually, lambda: len(vendor.came) == 3)
        kept = service.get(f"/api/callbacks?incident_id={told}")

    messages = [json.loads(one.body) for one in vendor.came]
    assert [one["head"]["event"] for one in messages] == ["RING", "RING", "ACCEPT"]
    assert [one["head"]["serial"] for one in messages[1:]] == [one["callback_id"] for one in kept]
    assert messages[0] == messages[1]
    assert {one["body"]["eventNo"] for one in messages} == {"K-1"}
    assert isinstance(messages[2]["body"]["eta"], int)
    assert {one.headers["x-app-token"] for one in vendor.came} == {CALLBACK_TOKEN}
    # The end, which this centre does not want to hear, leaves no gap in the numbers of the rest.
    assert [one["seq"] for one in kept] == [1, 2]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('dialect = "nowhere.toml"', "zhongmou.dialect: cannot read the dialect"),
        (f'dialect = "{DIALECTS / "kangtuo.toml"}"', "zhongmou.secrets: write one, or in secrets_from"),
        (
            f'dialect = "{DIALECTS / "kangtuo.toml"}"\nsecrets = ["short"]',
            "zhongmou.secrets: the token must be at least 24",
        ),
        (f'dialect = "{DIALECTS / "minghe.toml"}"\nsecrets = ["{TOKEN}"]', "zhongmou.secrets: the secret is not hex"),
        (f'dialect = "{DIALECTS / "kangtuo.toml"}"\nsecrets_from = "NOT_THERE"', "variable NOT_THERE is not set"),
        (
            f'dialect = "{DIALECTS / "kangtuo.toml"}"\nsecrets = ["{TOKEN}"]\nclient_certificates = ["a"]',
            "zhongmou.client_certificates: leave them out",
        ),
        (f'dialect = "{DIALECTS / "notruf.toml"}"', "zhongmou.client_certificates: write the fingerprints"),
        (f'secrets = ["{STANDARD}"]\nclient_certificates = ["a"]', "zhongmou.client_certificates: only a dialect"),
        (f'secrets = ["{STANDARD}"]\nsecrets_from = "X"', "zhongmou.secrets: write them or secrets_from, not both"),
        (
            f'dialect = "{DIALECTS / "kangtuo.toml"}"\nsecrets = ["{TOKEN}"]\ncallback_url = "https://a.example/"\n'
            'callback_secret = " "',
            "zhongmou.callback_url needs a callback_secret",
        ),
        (
            f'dialect = "{DIALECTS / "kangtuo.toml"}"\nsecrets = ["{TOKEN}"]\ncallback_url = "https://a.example/"\n'
            'callback_secret = "short"',
            "zhongmou.callback_secret: the token must be at least 24",
        ),
        (
            f'dialect = "{DIALECTS / "kangtuo.toml"}"\nsecrets = ["{TOKEN}"]\ncallback_url = "https://a.example/"\n'
            f'callback_secret = "{TOKEN}"',
            "zhongmou.callback_secret: give callbacks another secret",
        ),
    ],
)
def test_an_entry_that_does_not_fit_its_dialect_is_explained(entry: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(f"[zhongmou]\n{entry}", encoding="utf-8")

    with pytest.raises(BadIntegrations) as refused:
        get_configured(file, (), environment={})

    assert told in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_whoever_trusts_every_proxy_cannot_take_certificates(tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(f'[n]\ndialect = "{DIALECTS / "notruf.toml"}"\nclient_certificates = ["{FINGERPRINT}"]')

    with pytest.raises(BadIntegrations, match="RESCUE_TRUSTED_PROXIES must name"):
        get_configured(file, (), trusted_proxies="*")


def test_a_dialect_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text((DIALECTS / "kangtuo.toml").read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / "integrations.toml"
    file.write_text('[zhongmou]\ndialect = "ours.toml"\nsecrets_from = "THEIRS"')

    configured = get_configured(file, (), environment={"THEIRS": f"{TOKEN}, {CALLBACK_TOKEN}"})

    assert configured.dialects["zhongmou"].name == "ours"
    assert configured.integrations[0].proof
    assert TOKEN not in repr(configured)
