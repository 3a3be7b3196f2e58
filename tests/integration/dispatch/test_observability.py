"""What a running service tells of itself: figures for Prometheus, and a log line for each step worth reading."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import PROJECT
from tests.support.phone import console_of, phone_of
from tests.support.plain_http import fetch
from tests.support.service import Service, call

Figures = dict[str, float]


def figures(service: Service) -> Figures:
    """Every sample as `name{label="value"}`."""
    text = fetch("GET", f"{service.url}/metrics").raise_for_status().text
    found: Figures = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


def log_lines(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "service.log").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


async def play(service: Service) -> tuple[str, str]:
    """A call that r00 answers and r01 declines, to its end; the ids of the incident and of r00's alert."""
    async with phone_of(service, "r00") as near, phone_of(service, "r01") as far, console_of(service):
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await near.expect("alert")
        declined = await far.expect("alert")
        await near.ask("accept", alert_id=alert["alert_id"])
        await far.ask("decline", alert_id=declined["alert_id"])
        await near.ask("arrived", alert_id=alert["alert_id"])
        await far.ask("accept", alert_id=declined["alert_id"])
        during = figures(service)
        assert during['rescue_sockets{kind="volunteer"}'] == 2
        assert during['rescue_sockets{kind="dispatcher"}'] == 1
        assert during["rescue_open_incidents"] == 1
        service.post_call(call("call.closed"))
        await near.expect("alert_ended")
    return incident_id, alert["alert_id"]


async def test_calls_alerts_and_latencies_are_counted(service: Service) -> None:
    before = figures(service)
    assert before['rescue_alerts_total{outcome="accepted"}'] == 0

    await play(service)
    service.post_call(b"no json at all")
    service.post_signed(b"{}", {})
    after = figures(service)

    assert after['rescue_calls_total{code="accepted"}'] == 2
    assert after['rescue_calls_total{code="needs_attention"}'] == 1
    assert after['rescue_refused_total{code="bad_signature"}'] == 1
    outcomes = {"sent": 2, "accepted": 1, "declined": 1, "arrived": 1, "stood_down": 1}
    assert {name: after[f'rescue_alerts_total{{outcome="{name}"}}'] for name in outcomes} == outcomes
    assert after['rescue_incidents_total{change="closed"}'] == 1
    assert after["rescue_call_durable_seconds_count"] == 3
    assert after["rescue_alert_written_seconds_count"] == 2
    assert after["rescue_append_seconds_count"] >= 6
    assert after["rescue_matching_seconds_count"] >= 1
    assert after["rescue_open_incidents"] == after["rescue_open_incidents_attention"] == 1
    assert after["rescue_mailboxes_behind"] == after["rescue_frames_behind"] == 0
    assert after["rescue_rescuers"] == 12


async def test_each_step_of_an_incident_is_one_log_line_with_its_ids(service: Service, tmp_path: Path) -> None:
    incident_id, alert_id = await play(service)
    service.request("GET", "/api/incidents/unheard-of")
    lines = log_lines(tmp_path)

    told = [line["event"] for line in lines if line.get("incident_id") == incident_id]
    assert [name for name in told if name not in {"walk_time_revised", "location_set"}][:5] == [
        "incident_opened",
        "call_confirmed",
        "search_made",
        "alerts_sent",
        "message_taken",
    ]
    assert {"alert_accepted", "alert_declined", "responder_arrived", "incident_closed"} <= set(told)
    accepted = next(line for line in lines if line["event"] == "alert_accepted")
    refused = [line for line in lines if line["event"] == "answer_refused"]
    unknown = [line for line in lines if line["event"] == "refused"]
    assert accepted["alert_id"] == alert_id
    assert [line["code"] for line in refused] == ["alert_over"]
    assert (unknown[0]["code"], unknown[0]["route"]) == ("unknown_incident", "/api/incidents/{incident_id}")
    assert all("timestamp" in line and "level" in line for line in lines)


async def test_no_line_tells_who_or_where(service: Service, tmp_path: Path) -> None:
    service.post_call(call(caller_phone="+8613900000000"))
    await play(service)
    text = (tmp_path / "service.log").read_text(encoding="utf-8")

    assert not [told for told in ("中原路", "+8613900000000", "r00", "ZZ-1") if told in text]


def test_the_operators_page_explains_every_figure_and_none_that_is_not_there(standing_service: Service) -> None:
    text = fetch("GET", f"{standing_service.url}/metrics").text
    types = re.findall(r"^# TYPE (rescue_\w+) \w+", text, re.MULTILINE)
    served = {name.removesuffix("_total") for name in types if not name.endswith("_created")}
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(rescue_\w+)` \|", page, re.MULTILINE))
    rules = re.search(r"<!-- tested: rules -->\n```yaml\n(.*?)```", page, re.DOTALL)
    assert rules
    used = {re.sub(r"_(total|bucket)$", "", name) for name in re.findall(r"rescue_\w+", rules.group(1))}

    assert served == explained
    assert used <= explained
