"""Several 120 systems, each with secrets of its own, and a change of secrets in which one is valid at every moment."""

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from dispatch.access.tokens import Access, Identity, TokenSigner
from rescue_circle.integrations_file import BadIntegrations, get_configured
from tests.acceptance.test_documents import block
from tests.support.plain_http import fetch
from tests.support.process import running
from tests.support.service import TOKEN_SECRET, Service, call
from tests.support.town import Town

HERE, THERE, NEW, OLD, STRANGE = (
    "whsec_" + base64.b64encode(f"tests-only-secret-number-{number}".encode()).decode() for number in range(5)
)
NEW_TOKENS = "tests-only-secret-that-signs-tokens-from-now-on"
FILE = f"""
[120]
secrets = ["{HERE}"]

[zhongmou]
secrets = ["{NEW}", "{OLD}"]
messages_per_minute = 5000
"""


def send(
    service: Service,
    integration: str,
    secret: str,
    cad_ref: str = "A-1",
    message_id: str = "",
    *,
    north_m: float = 0.0,
) -> httpx.Response:
    raw, at = json.dumps(call(cad_ref=cad_ref, north_m=north_m)), datetime.now(UTC)
    message_id = message_id or uuid.uuid4().hex
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, raw),
    }
    return fetch("POST", f"{service.url}/webhooks/{integration}", content=raw, headers=headers)


@contextmanager
def two_centres(town: Town, database: str, folder: Path, **settings: str) -> Iterator[Service]:
    file = folder / "integrations.toml"
    file.write_text(FILE)
    with running(
        town,
        database,
        folder / "service.log",
        **{"RESCUE_WEBHOOK_SECRET": "", "RESCUE_INTEGRATIONS": str(file), **settings},
    ) as service:
        yield service


def test_two_centres_call_with_their_own_secrets_and_may_use_the_same_reference(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with two_centres(town, town_database, tmp_path) as service:
        ours = send(service, "120", HERE, message_id="m1")
        theirs = send(service, "zhongmou", NEW, message_id="m1", north_m=100.0)
        with_the_old_secret = send(service, "zhongmou", OLD, cad_ref="A-2", north_m=200.0)
        swapped = [send(service, "120", NEW), send(service, "zhongmou", HERE), send(service, "zhongmou", STRANGE)]
        unknown = send(service, "nowhere", HERE)
        incidents = service.get("/api/incidents")

    assert (ours.json()["code"], theirs.json()["code"], with_the_old_secret.json()["code"]) == ("accepted",) * 3
    assert ours.json()["incident_id"] != theirs.json()["incident_id"]
    assert [(answer.status_code, answer.json()["code"]) for answer in swapped] == [(401, "bad_signature")] * 3
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_integration")
    assert len(incidents) == 3


def test_both_secrets_hold_while_they_change(town: Town, town_database: str, tmp_path: Path) -> None:
    settings = {"RESCUE_WEBHOOK_SECRET": f"{NEW},{OLD}", "RESCUE_TOKEN_SECRET": f"{NEW_TOKENS} {TOKEN_SECRET}"}
    with running(town, town_database, tmp_path / "service.log", **settings) as service:
        webhooks = [send(service, "120", secret, cad_ref=secret).status_code for secret in (NEW, OLD, STRANGE)]
        with_old_token = service.request("POST", "/api/tokens/renew").json()["token"]
        new, old = TokenSigner(NEW_TOKENS), TokenSigner(TOKEN_SECRET)
        new_is_taken = fetch(
            "GET",
            f"{service.url}/api/incidents",
            headers={"authorization": f"Bearer {new.issue(Identity(subject='d', access=Access.ADMIN), ttl_s=60)[0]}"},
        )

    assert webhooks == [202, 202, 401]
    assert new.check(with_old_token).identity.access is Access.DISPATCHER
    with pytest.raises(ValueError, match="token"):
        old.check(with_old_token)
    assert new_is_taken.status_code == 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[120", "TOML"),
        ("", "RESCUE_WEBHOOK_SECRET"),
        ("[120]\nsecrets = []", "120.secrets"),
        (f'[120]\nsecrets = ["{HERE}", "{NEW}", "{OLD}"]', "120.secrets"),
        ('[120]\nsecrets = ["whsec_c2hvcnQ="]', "24 random bytes"),
        (f'[120]\nsecret = "{HERE}"', "120.secret"),
        (f'["Two Words"]\nsecrets = ["{HERE}"]', "a-z"),
        (f'[console]\nsecrets = ["{HERE}"]', "by hand"),
        (f'[operation-centre]\nsecrets = ["{HERE}"]', "does not call"),
        (f'[120]\nsecrets = ["{HERE}"]\ncallback_url = "ftp://x"', "120.callback_url"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained_without_showing_a_secret(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(text)

    with pytest.raises(BadIntegrations) as refused:
        get_configured(file, ())

    assert told in str(refused.value)
    assert not any(secret in str(refused.value) for secret in (HERE, NEW, OLD, "c2hvcnQ"))


def test_the_default_centres_secrets_stand_in_one_place_only(tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(FILE)

    with pytest.raises(BadIntegrations, match="leave one out"):
        get_configured(file, (HERE,))
    with pytest.raises(BadIntegrations, match="cannot read"):
        get_configured(tmp_path / "missing.toml", ())


def test_secrets_are_not_shown_by_what_holds_them(tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(FILE)

    shown = repr(get_configured(file, ()).integrations)

    assert "zhongmou" in shown
    assert "whsec_" not in shown


def test_the_documented_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(block("docs/connect-120.md", "integrations"))

    found = {integration.name: integration for integration in get_configured(file, ()).integrations}

    assert set(found) == {"120", "zhongmou"}
    assert len(found["zhongmou"].secrets) == 2
    assert found["zhongmou"].callback_url


def test_a_callbacks_secret_changes_too_and_is_never_the_messages_own(tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    entry = f'[120]\nsecrets = ["{HERE}"]\ncallback_url = "https://120.example/"\ncallback_secret = '
    file.write_text(f'{entry}"{NEW} {OLD}"')
    [integration] = get_configured(file, ()).integrations
    file.write_text(f'{entry}"{NEW} {HERE}"')

    with pytest.raises(BadIntegrations, match="another secret"):
        get_configured(file, ())

    assert integration.callback_secret == f"{NEW} {OLD}"
