"""How volunteers join, consent, stay, leave and are erased, through the interface that their phones use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select, update

from dispatch.access.tokens import Access
from dispatch.people.consent import CONSENT_VERSION
from registry import people_tables as t
from registry.directory import Directory
from registry.storage.database import Database
from registry.tables import rescuer_presences, rescuers
from tests.support.browser_like import Browser
from tests.support.phone import phone_of
from tests.support.service import Service, call
from tests.support.town import place
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
R = Access.REGISTRY_OFFICER


def invite(service: Service, rescuer_id: str, **options: Any) -> dict[str, str]:
    answer = service.request("POST", "/api/invitations", R, json={"rescuer_id": rescuer_id, **options})
    answer.raise_for_status()
    invitation: dict[str, str] = answer.json()
    return invitation


def join(browser: Browser, code: str, version: str = CONSENT_VERSION) -> httpx.Response:
    return browser.request("POST", "/api/join", json={"code": code, "consent_version": version})


def joined(service: Service, rescuer_id: str) -> Browser:
    browser = Browser(service.url)
    join(browser, invite(service, rescuer_id)["code"]).raise_for_status()
    return browser


async def change(url: str, statement: Any) -> None:
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(statement)
    await database.close()


async def rows(url: str, table: Any, rescuer_id: str) -> int:
    database = Database(url)
    async with database.read() as connection:
        found = (await connection.execute(select(table).where(table.c.rescuer_id == rescuer_id))).all()
    await database.close()
    return len(found)


def test_whoever_is_invited_joins_once_and_is_a_volunteer_from_then_on(service: Service) -> None:
    words = Browser(service.url).request("GET", "/api/consent").json()
    invitation = invite(service, "r00")
    browser = Browser(service.url)

    session = join(browser, invitation["code"], words["version"])
    again = join(Browser(service.url), invitation["code"])
    me = browser.request("GET", "/api/me").json()

    assert invitation["url"] == f"{service.url}/volunteer/#join={invitation['code']}"
    assert len(words["zh"]["points"]) == len(words["en"]["points"]) >= 5
    assert (session.json()["role"], session.json()["subject"], session.json()["name"]) == ("volunteer", "r00", "测试0")
    assert again.status_code == 410
    assert again.json()["code"] == "invitation_used"
    assert me["volunteer"]["consent_version"] == CONSENT_VERSION
    assert me["volunteer"]["dispatchable"]
    assert me["volunteer"]["reasons"] == ["ready_at_home"]
    assert me["volunteer"]["certificates"] == [{"kind": "红十字救护员", "valid_until": "2030-12-31"}]
    assert me["volunteer"]["last_test_alarm"] is None


async def test_an_invitation_that_is_none_or_old_or_replaced_lets_nobody_in(
    service: Service, town_database: str
) -> None:
    replaced, expired = invite(service, "r00"), invite(service, "r01")
    invite(service, "r00")
    past = datetime.now(UTC) - timedelta(seconds=1)
    await change(
        town_database, update(t.invitations).where(t.invitations.c.rescuer_id == "r01").values(expires_at=past)
    )

    answers = [join(Browser(service.url), code) for code in ("nothing", replaced["code"], expired["code"])]
    outdated = join(Browser(service.url), invite(service, "r02")["code"], "1999")

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (404, "unknown_invitation"),
        (404, "unknown_invitation"),
        (410, "invitation_expired"),
    ]
    assert (outdated.status_code, outdated.json()["code"]) == (409, "consent_outdated")


def test_only_the_registry_invites_and_only_whom_it_knows(service: Service) -> None:
    unknown = service.request("POST", "/api/invitations", R, json={"rescuer_id": "nobody"})
    service.request("DELETE", "/api/rescuers/r03/personal-data", R).raise_for_status()
    erased = service.request("POST", "/api/invitations", R, json={"rescuer_id": "r03"})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_rescuer")
    assert (erased.status_code, erased.json()["code"]) == (409, "rescuer_erased")


def test_a_new_phone_takes_the_place_of_the_old_one(service: Service) -> None:
    old = joined(service, "r00")
    new = joined(service, "r00")

    assert new.request("POST", "/api/session/renew").status_code == 200
    assert old.request("POST", "/api/session/renew").status_code == 401


async def test_whoever_withdraws_consent_is_off_the_map_and_never_rung_until_they_consent_anew(
    service: Service, town_database: str
) -> None:
    browser = joined(service, "r00")
    lon, lat = place(-30, 0)
    now = datetime.now(UTC).isoformat()
    position = {"lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5, "observed_at": now}
    async with phone_of(service, "r00") as phone, phone_of(service, "r01") as other:
        assert (await phone.ask("position", **position))["ok"]
        gone = browser.request("DELETE", "/api/me/consent")
        position["observed_at"] = datetime.now(UTC).isoformat()
        refused = [await phone.ask("position", **position), await phone.ask("duty", on=True)]
        off_duty = await phone.ask("duty", on=False)
        service.post_call(call())
        await other.expect("alert")
        assert not [frame for frame in phone.frames if frame["type"] == "alert"]
        me = browser.request("GET", "/api/me").json()["volunteer"]
        test = browser.request("POST", "/api/me/test-alarm")
        await until_gone(town_database)
        again = browser.request("POST", "/api/me/consent", json={"consent_version": CONSENT_VERSION})
        on_duty = await phone.ask("duty", on=True)
    back = browser.request("GET", "/api/me").json()["volunteer"]

    assert gone.status_code == again.status_code == 204
    assert [one["code"] for one in refused] == ["no_consent", "no_consent"]
    assert off_duty["ok"]
    assert (me["dispatchable"], me["reasons"], me["on_duty"], me["consent_version"]) == (
        *(False, ["no_consent"], False),
        None,
    )
    assert (test.status_code, test.json()["code"]) == (409, "no_consent")
    assert on_duty["ok"]
    assert (back["dispatchable"], back["consent_version"]) == (True, CONSENT_VERSION)


async def until_gone(url: str) -> None:
    """Nothing of a position is left, and none comes back with the next flush."""
    assert await rows(url, rescuer_presences, "r00") == 0
    database = Database(url)
    async with database.read() as connection:
        query = select(rescuers.c.on_duty, rescuers.c.last_seen_at).where(rescuers.c.rescuer_id == "r00")
        assert tuple((await connection.execute(query)).one()) == (False, None)
    await database.close()


async def test_whoever_withdraws_while_on_the_way_hands_the_task_back(service: Service) -> None:
    browser = joined(service, "r00")
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        browser.request("DELETE", "/api/me/consent").raise_for_status()

        def state() -> str:
            found: str = service.get(f"/api/incidents/{incident_id}")["alerts"][0]["state"]
            return found

        assert eventually(lambda: state() != "accepted" and state()) in {"declined", "handed_back"}


async def test_a_volunteer_is_told_what_is_in_the_way_and_how_vague_a_position_may_be(service: Service) -> None:
    browser = joined(service, "r00")
    async with phone_of(service, "r00") as phone:
        assert (await phone.ask("duty", on=False))["ok"]
    me = browser.request("GET", "/api/me").json()["volunteer"]

    assert (me["dispatchable"], me["reasons"]) == (False, ["off_duty"])
    assert me["max_accuracy_m"] == 336.0


async def test_a_test_alarm_rings_and_its_arrival_is_known(service: Service) -> None:
    browser = joined(service, "r00")
    nowhere = browser.request("POST", "/api/me/test-alarm").json()
    async with phone_of(service, "r00") as phone:
        sent = browser.request("POST", "/api/me/test-alarm").json()
        frame = await phone.expect("test_alarm")
        before = browser.request("GET", "/api/me").json()["volunteer"]
        wrong = await phone.ask("test_alarm_seen", test_id=nowhere["test_id"])
        seen = await phone.ask("test_alarm_seen", test_id=frame["test_id"])
    after = browser.request("GET", "/api/me").json()["volunteer"]

    assert nowhere["channel"] is None
    assert (sent["test_id"], sent["channel"]) == (frame["test_id"], "stream")
    assert before["last_test_alarm"]["arrived_at"] is None
    assert before["channels"] == ["stream"]
    assert wrong["code"] == "unknown_test"
    assert seen["ok"]
    assert after["last_test_alarm"]["channel"] == "stream"
    assert after["last_test_alarm"]["arrived_at"] >= after["last_test_alarm"]["sent_at"]
    assert after["channels"] == []


async def takes_and_gives_a_course(database: str, rescuer_id: str) -> None:
    now = datetime.now(UTC)
    plan = {"title": "BLS", "certificate_kind": "", "place": "", "capacity": 9, "state": "held"}
    times = {"starts_at": now - timedelta(hours=9), "ends_at": now}
    await change(database, insert(t.courses).values(course_id="c-1", **plan, **times))
    who = {"course_id": "c-1", "rescuer_id": rescuer_id}
    await change(database, insert(t.course_staff).values(staff=0, name="", **who))
    await change(database, insert(t.course_people).values(enrolled_at=now, serial="", **who))


async def test_whatever_belongs_to_a_person_is_erased_with_them(service: Service, town_database: str) -> None:
    browser = joined(service, "r00")
    stored = {"endpoint": "https://push.example/abc", "p256dh": "B", "auth": "A", "created_at": datetime.now(UTC)}
    await change(town_database, insert(t.push_subscriptions).values(rescuer_id="r00", **stored))
    elsewhere = {"channel": "wechat", "address": "openid", "created_at": datetime.now(UTC)}
    await change(town_database, insert(t.channel_addresses).values(rescuer_id="r00", **elsewhere))
    keeps = {"role": "keeper", "name": "王芳", "phone_e164": "", "phone_sealed": "x", "phone_mark": "y"}
    aed_id = service.get("/api/aeds")["aeds"][0]["aed_id"]
    told = {"email": "", "position": "", "since": datetime.now(UTC)}
    kept = insert(t.aed_keepers).values(aed_id=aed_id, rescuer_id="r00", **keeps, **told)
    await change(town_database, kept)
    await takes_and_gives_a_course(town_database, "r00")
    browser.request("POST", "/api/me/test-alarm").raise_for_status()
    invite(service, "r00")
    for method, path, body in (
        ("PATCH", "", {"transport": "bicycle"}),
        ("PUT", "/availability", {"quiet": "01:00-02:00"}),
    ):
        service.request(method, f"/api/rescuers/r00{path}", Access.REGISTRY_OFFICER, json=body).raise_for_status()
    before = [await rows(town_database, table, "r00") for table in t.PERSONAL_TABLES]

    browser.request("DELETE", "/api/rescuers/r00/personal-data").raise_for_status()

    after = [await rows(town_database, table, "r00") for table in t.PERSONAL_TABLES]
    renewed = browser.request("POST", "/api/session/renew")
    me = browser.request("GET", "/api/me")
    withdrawn = browser.request("DELETE", "/api/me/consent")
    assert sum(before) >= len(t.PERSONAL_TABLES) - 1
    assert after == [0] * len(t.PERSONAL_TABLES)
    assert renewed.status_code == 401
    assert [(one.status_code, one.json()["code"]) for one in (me, withdrawn)] == [(409, "rescuer_erased")] * 2


async def test_a_service_that_starts_later_knows_who_has_withdrawn(service: Service, town_database: str) -> None:
    joined(service, "r00").request("DELETE", "/api/me/consent").raise_for_status()
    database = Database(town_database)
    directory = await Directory.load(database)
    await database.close()

    assert directory.get_rescuer("r00").off_consent
    assert not directory.get_rescuer("r01").off_consent


async def test_a_volunteer_sees_what_came_of_the_calls_that_rang_also_of_those_that_were_over_before_an_answer(
    service: Service,
) -> None:
    volunteer = joined(service, "r00")

    def past(limit: int = 20) -> list[dict[str, Any]]:
        answer = volunteer.request("GET", f"/api/me/alerts?limit={limit}")
        answer.raise_for_status()
        alerts: list[dict[str, Any]] = answer.json()["alerts"]
        return alerts

    async with phone_of(service, "r00") as phone:
        for cad_ref, answer in (("ZZ-1", None), ("ZZ-2", "accept"), ("ZZ-3", "decline")):
            incident_id = service.post_call(call(cad_ref=cad_ref)).json()["incident_id"]
            rung = await phone.expect("alert")
            assert past()[0] == {
                "alert_id": rung["alert_id"],
                "rung_at": rung["at"],
                "ended_at": None,
                "outcome": "ringing",
                "reason": None,
            }
            if answer:
                assert (await phone.ask(answer, alert_id=rung["alert_id"]))["ok"]
            service.request("POST", f"/api/incidents/{incident_id}/stand-down").raise_for_status()

    told = past()
    assert [(one["outcome"], one["reason"]) for one in told] == [
        ("declined", None),
        ("called_off", "stood_down"),
        ("ended", "stood_down"),
    ]
    assert past(1) == told[:1]
    assert joined(service, "r01").request("GET", "/api/me/alerts").json() == {"alerts": []}
