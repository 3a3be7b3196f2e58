"""Volunteers are rung in WeChat and by a phone maker's push; real service, stand-ins for both at the far end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dispatch.access.tokens import Access
from tests.support.app_platform import Platform, platform
from tests.support.process import running
from tests.support.service import Service, call
from tests.support.town import Town
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases

FILE = """
[wechat]
kind = "wechat"
app_id = "wx-test"
secret = "wechat-secret"
template_id = "template-1"
page = "pages/call"
data = {{ thing1 = "{{short}}", time2 = "{{local_time}}" }}
api = "{url}"

[maker]
kind = "push"
token_url = "{url}/oauth2/token"
token_fields = {{ grant_type = "client_credentials", client_id = "app-1", client_secret = "maker-secret" }}
send_url = "{url}/v1/app-1/messages:send"
body = '''
{{"message": {{
  "token": ["{{address}}"], "android": {{"ttl": "{{ttl_s}}s"}}, "notification": {{"title": "{{title}}"}}
}}}}'''
code_field = "code"
taken = ["80000000"]
stale_token = ["80200003"]
address_over = ["80300007"]
"""


@pytest.fixture
def far_end() -> Iterator[Platform]:
    with platform() as one:
        yield one


@contextmanager
def service_with(town: Town, database: str, folder: Path, far_end: Platform) -> Iterator[Service]:
    file = folder / "apps.toml"
    file.write_text(FILE.format(url=far_end.url), encoding="utf-8")
    with running(town, database, folder / "service.log", RESCUE_APP_CHANNELS=str(file)) as service:
        yield service


def give(service: Service, rescuer_id: str, channel: str, address: str) -> int:
    token = service.token(Access.VOLUNTEER, rescuer_id)
    path = f"/api/me/addresses/{channel}"
    return service.request_as(token, "PUT", path, json={"address": address}).status_code


def channels_of(service: Service, rescuer_id: str) -> list[str]:
    me: dict[str, Any] = service.request_as(service.token(Access.VOLUNTEER, rescuer_id), "GET", "/api/me").json()
    channels: list[str] = me["volunteer"]["channels"]
    return channels


def test_a_call_rings_whoever_gave_an_address_and_says_nothing_of_where(
    town: Town, town_database: str, tmp_path: Path, far_end: Platform
) -> None:
    with service_with(town, town_database, tmp_path, far_end) as service:
        assert give(service, "r00", "wechat", "openid-0") == 204
        assert give(service, "r01", "maker", "device-1") == 204
        assert give(service, "r01", "pager", "device-1") == 409
        assert give(service, "r01", "%00", "device-1") == 422
        assert give(service, "r01", "maker", "device-1\x00") == 204
        assert give(service, "r01", "maker", "device-1") == 204
        eventually(lambda: channels_of(service, "r00") == ["wechat"] and channels_of(service, "r01") == ["maker"])

        service.post_call(call())
        eventually(lambda: far_end.sent_to("openid-0") and far_end.sent_to("device-1"))
        service.post_call(call("call.cancelled"))
        eventually(lambda: len(far_end.sent_to("openid-0")) == 2 and len(far_end.sent_to("device-1")) == 2)

    alarm, over = far_end.sent_to("openid-0")
    assert (alarm["template_id"], alarm["page"]) == ("template-1", "pages/call")
    assert alarm["data"]["thing1"]["value"] == "附近有人心脏骤停，请立即打开应答"
    assert len(alarm["data"]["thing1"]["value"]) <= 20
    assert over["data"]["thing1"]["value"] == "本次呼叫已取消，不用再前往"
    assert far_end.sent_to("device-1")[0]["message"]["notification"]["title"] == "急救呼叫"
    assert far_end.sent_to("device-1")[0]["message"]["android"]["ttl"] == "90s"
    # One token for all messages, and never the secret beside them.
    assert (far_end.tokens_given["wechat"], far_end.tokens_given["maker"]) == (1, 1)
    told = json.dumps(far_end.sent, ensure_ascii=False)
    assert "中原路" not in told
    assert "113.6" not in told
    assert "secret" not in told
    log = (tmp_path / "service.log").read_text(encoding="utf-8")
    for private in ("openid-0", "device-1", "wechat-secret", "maker-secret", "token-wechat", "token-maker"):
        assert private not in log


def test_a_token_that_ended_early_is_fetched_anew_and_an_address_that_is_over_is_forgotten(
    town: Town, town_database: str, tmp_path: Path, far_end: Platform
) -> None:
    with service_with(town, town_database, tmp_path, far_end) as service:
        give(service, "r00", "wechat", "openid-0")
        give(service, "r01", "wechat", "openid-1")
        eventually(lambda: channels_of(service, "r00") == channels_of(service, "r01") == ["wechat"])
        volunteer = service.token(Access.VOLUNTEER, "r00")
        assert service.request_as(volunteer, "POST", "/api/me/test-alarm").json()["channel"] == "wechat"
        far_end.end_tokens()
        far_end.codes["openid-1"] = 40003

        service.post_call(call())

        eventually(lambda: len(far_end.sent_to("openid-0")) == 2)
        eventually(lambda: channels_of(service, "r01") == [])
        assert far_end.tokens_given["wechat"] == 2
        assert far_end.sent_to("openid-1") == []


def test_an_address_rings_for_whoever_gave_it_last_and_goes_with_consent(
    town: Town, town_database: str, tmp_path: Path, far_end: Platform
) -> None:
    with service_with(town, town_database, tmp_path, far_end) as service:
        give(service, "r00", "maker", "device-0")
        give(service, "r01", "maker", "device-0")
        eventually(lambda: channels_of(service, "r00") == [] and channels_of(service, "r01") == ["maker"])

        token = service.token(Access.VOLUNTEER, "r01")
        assert service.request_as(token, "DELETE", "/api/me/consent").status_code == 204
        assert give(service, "r01", "maker", "device-0") == 409
        give(service, "r02", "maker", "device-2")
        mine = service.token(Access.VOLUNTEER, "r02")
        assert service.request_as(mine, "DELETE", "/api/me/addresses/maker").status_code == 204
        eventually(lambda: channels_of(service, "r02") == [])
        service.post_call(call())
        service.post_call(call("call.cancelled"))

    assert far_end.sent == []
