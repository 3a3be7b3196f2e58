"""What docs/dialects.md says of dialects works as it is written, by hand and on the command line."""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import BaseModel
from typer.testing import CliRunner

from dispatch.callbacks.targets import CallbackTarget
from dispatch.core.callbacks import CallbackKind
from dispatch.dialects.dialect import parse_dialect, read_dialect
from dispatch.dialects.form import DialectFile
from dispatch.incidents.intake import understand_translated
from geo.places.datum import Datum, convert
from rescue_circle.cli import app
from rescue_circle.integrations_file import get_configured
from tests.acceptance.test_documents import block
from tests.conftest import PROJECT
from tests.support.process import running
from tests.support.town import CENTRE, Town

DOCUMENT = "docs/dialects.md"
EIGHT = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
SECRET = "tests-only-secret-of-zhongyuan"
TOKEN, CALLBACK_SECRET = "tests-only-token-of-zhongmou", "tests-only-secret-of-callbacks"


def command(*arguments: str, **settings: str) -> Result:
    unset = {name: None for name in os.environ if name.startswith("RESCUE_")}
    return CliRunner(env={**unset, "COLUMNS": "200", **settings}).invoke(app, ["integrations", *arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The document's dialect, sample and integrations, as files."""
    (tmp_path / "zhongmou.toml").write_text(block(DOCUMENT, "dialect"), encoding="utf-8")
    (tmp_path / "sample.json").write_text(block(DOCUMENT, "dialect-sample"), encoding="utf-8")
    (tmp_path / "integrations.toml").write_text(block(DOCUMENT, "dialect-integrations"), encoding="utf-8")
    return tmp_path


def test_the_documented_dialect_understands_the_documented_sample(folder: Path) -> None:
    tried = command("try", str(folder / "zhongmou.toml"), str(folder / "sample.json"), "--json")

    told = json.loads(tried.stdout)
    lon, lat = convert(113.6712, 34.7551, source=Datum.GCJ02, target=Datum.WGS84)
    assert tried.exit_code == 0
    assert told["understood"]["event"] == "call.created"
    assert told["understood"]["reference"] == "20260105-17"
    assert told["understood"]["told at"] == EIGHT.isoformat()
    assert told["understood"]["ambulance there at"] == (EIGHT + timedelta(minutes=8)).isoformat()
    assert told["understood"]["place (WGS-84)"] == f"{lon:.6f}, {lat:.6f}"
    assert (told["understood"]["address"], told["understood"]["floor"]) == ("中原路1号3单元502", "5")
    assert told["beside"] == {"age": "67", "complaint": "无反应"}
    assert told["answer"] == '200 {"code": 0, "msg": "", "id": "INCIDENT_ID"}'


def test_a_sample_is_shown_field_by_field_to_whoever_tries_it(folder: Path) -> None:
    sample = folder / "sample.json"
    sample.write_text(sample.read_text(encoding="utf-8").replace('"113.6712"', '"113,67"'), encoding="utf-8")

    tried = command("try", str(folder / "zhongmou.toml"), str(sample))

    assert tried.exit_code == 1
    for shown in ("site.addr", "中原路1号3单元502", "age = 67", "bad_location", "'113,67' is not a number"):
        assert shown in tried.stdout


def test_the_area_of_the_service_is_looked_at_where_it_is_told(folder: Path) -> None:
    arguments = ("try", str(folder / "zhongmou.toml"), str(folder / "sample.json"))

    assert command(*arguments, "--area", "113,34,114,35").exit_code == 0
    assert "outside_service_area" in command(*arguments, RESCUE_SERVICE_AREA="1,1,2,2").stdout


def test_a_dialect_that_cannot_be_used_is_explained_by_check_and_by_try(folder: Path) -> None:
    file = folder / "zhongmou.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('cad_ref = "no"', 'cad_ref = "no["'), encoding="utf-8")

    for arguments in (("check", str(file)), ("try", str(file), str(folder / "sample.json"))):
        refused = command(*arguments)
        assert refused.exit_code != 0
        assert "fields.cad_ref: not JMESPath" in str(refused.exception)


def test_the_documented_integrations_are_listed_and_checked_without_a_secret_being_shown(folder: Path) -> None:
    settings = {
        "RESCUE_INTEGRATIONS": str(folder / "integrations.toml"),
        "ZHONGMOU_TOKENS": TOKEN,
        "ZHONGMOU_CALLBACK_SECRET": "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz",
    }

    listed, as_json, checked = (
        command("list", **settings),
        command("list", "--json", **settings),
        command("check", **settings),
    )
    unset = command("check", **{**settings, "ZHONGMOU_TOKENS": ""})

    assert (listed.exit_code, checked.exit_code) == (0, 0)
    assert "nena-eido, ws-t-451" in listed.stdout
    assert json.loads(as_json.stdout) == {
        "name": "zhongmou",
        "posts_to": "/webhooks/zhongmou",
        "dialect": "zhongmou",
        "proof": "token in x-token",
        "callback_url": "https://120.zhongmou.example/rescue-circle",
        "messages_per_minute": 3000,
    }
    assert TOKEN not in listed.stdout + as_json.stdout + checked.stdout
    assert "ZHONGMOU_TOKENS is not set" in str(unset.exception)


def test_the_documented_callback_is_said(folder: Path) -> None:
    text = block(DOCUMENT, "dialect") + block(DOCUMENT, "dialect-callback")
    target = CallbackTarget(
        url="https://a.example/", secrets=(CALLBACK_SECRET,), wording=parse_dialect(text, "x").callback
    )
    accepted = json.loads(block("docs/callbacks.md", "callbacks"))[1]

    headers, content = target.request("cb_6f1d4b_2", json.dumps(accepted), EIGHT)

    assert json.loads(content) == {
        "no": "ZZ120-20260105-0001",
        "what": "VOLUNTEER_COMES",
        "at": "2026-01-05 08:00:09",
        "there_at": "2026-01-05 08:03:00",
        "on_the_way": 1,
    }
    assert set(headers) == {"content-type", "x-message-id", "x-time", "x-signature"}


def test_the_documented_eido_is_understood() -> None:
    translated, _ = read_dialect("nena-eido").read(block(DOCUMENT, "eido").encode(), received_at=EIGHT)

    understood = understand_translated(translated, area=None, received_at=EIGHT)

    assert understood.attention is None
    assert (understood.type, understood.cad_ref) == (
        "call.created",
        "urn:emergency:uid:incidentid:a56e556d871:psap.example.org",
    )
    assert understood.details
    assert (understood.details.place.lon, understood.details.place.lat) == (113.6712, 34.7551)
    assert (understood.details.accuracy_m, understood.details.caller_phone) == (30, "13900000000")
    assert (understood.details.address, understood.details.floor, understood.details.note) == ("1 中原路", "5", "502")
    assert understood.details.more == {"incidentComponent.incidentTypeCommonRegistryText": "CARDIAC"}


@pytest.mark.parametrize(
    ("status", "kind"), [("Closed", "call.closed"), ("Cancelled", "call.cancelled"), ("OnScene", "call.created")]
)
@pytest.mark.parametrize("is_list", [False, True])
def test_an_eidos_state_is_its_event(status: str, kind: str, is_list: bool) -> None:
    eido = json.loads(block(DOCUMENT, "eido"))
    eido["incidentComponent"]["incidentStatusCommonRegistryText"] = ["Active", status]
    if is_list:
        eido["incidentComponent"] = [eido["incidentComponent"]]

    translated, _ = read_dialect("nena-eido").read(json.dumps(eido).encode(), received_at=EIGHT)

    assert translated.message["type"] == kind


@pytest.mark.parametrize(
    "shape",
    [
        '<Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>34.7551 113.6712</pos></Point>',
        "<Point><pos>34.7551 113.6712</pos></Point>",
        '<Ellipsoid srsName="urn:ogc:def:crs:EPSG::4979"><pos>34.7551 113.6712 34</pos>'
        '<semiMajorAxis uom="m">30</semiMajorAxis></Ellipsoid>',
    ],
)
@pytest.mark.parametrize("around", ["<device>{}</device>", "<person>{}</person>", "<tuple><status>{}</status></tuple>"])
def test_a_pidf_lo_is_read_wherever_it_holds_its_place(shape: str, around: str) -> None:
    eido = json.loads(block(DOCUMENT, "eido"))
    info = f"<geopriv><location-info>{shape}</location-info></geopriv>"
    eido["locationComponent"][0]["locationByValue"] = f"<presence>{around.format(info)}</presence>"

    translated, _ = read_dialect("nena-eido").read(json.dumps(eido).encode(), received_at=EIGHT)

    assert translated.problems == ()
    assert (translated.message["data"]["location"]["lon"], translated.message["data"]["location"]["lat"]) == (
        113.6712,
        34.7551,
    )


def test_the_documented_request_signed_with_sm3_opens_an_incident(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text('[zhongyuan]\ndialect = "ws-t-451"\nsecrets_from = "SECRET"', encoding="utf-8")
    lon, lat = convert(*CENTRE, source=Datum.WGS84, target=Datum.GCJ02)
    settings = {"RESCUE_WEBHOOK_SECRET": "", "RESCUE_INTEGRATIONS": str(file), "SECRET": SECRET}
    with running(town, town_database, tmp_path / "service.log", **settings) as service:
        place = {"RESCUE_URL": service.url, "SECRET": SECRET, "LON": str(lon), "LAT": str(lat), "no_proxy": "127.0.0.1"}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block(DOCUMENT, "signed-sm3")],
            env={**os.environ, **place},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        [incident] = service.get("/api/incidents")
        shown = service.get(f"/api/incidents/{incident['incident_id']}")

    assert "<代码>0</代码>" in done.stdout
    assert incident["cad_ref"] == "20260105-0017"
    assert shown["more"] == {"急救信息.患者.性别": "男", "急救信息.患者.年龄": "67", "急救信息.主诉": "无反应"}


def test_every_field_of_a_dialects_file_is_documented() -> None:
    text = (PROJECT / DOCUMENT).read_text(encoding="utf-8")

    def names(table: type[BaseModel]) -> list[str]:
        return list(table.model_fields)

    tables = {name: field.annotation for name, field in DialectFile.model_fields.items()}
    named = [
        name
        for table in tables.values()
        if isinstance(table, type) and issubclass(table, BaseModel)
        for name in names(table)
    ]
    missing = [name for name in (*tables, *named) if f"`{name}" not in text and f".{name}`" not in text]
    assert missing == []


def test_every_callback_has_a_name_in_the_form_after_ws_t_451() -> None:
    table = read_dialect("ws-t-451").form.callback

    assert table
    assert set(table.names) == {f"incident.{kind}" for kind in CallbackKind}


def test_the_documented_file_of_integrations_is_read(folder: Path) -> None:
    environment = {
        "ZHONGMOU_TOKENS": f"{TOKEN} {CALLBACK_SECRET}",
        "ZHONGMOU_CALLBACK_SECRET": "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz",
    }

    configured = get_configured(folder / "integrations.toml", (), environment=environment)

    assert set(configured.dialects) == {"zhongmou"}
