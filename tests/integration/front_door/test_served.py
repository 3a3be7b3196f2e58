"""The demo's own service: waited for while it starts, and its log named when it cannot."""

from pathlib import Path

import pytest

from rescue_circle import served as module
from rescue_circle.served import ServiceNotReady, served
from tests.support.plain_http import fetch
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET
from tests.support.town import Town


def test_a_service_that_cannot_start_is_told_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "service.log"

    with pytest.raises(ServiceNotReady) as failed, served({"RESCUE_TOKEN_SECRET": TOKEN_SECRET}, log=log):
        raise AssertionError("it has no secret for 120")

    assert str(log) in str(failed.value)
    assert "RESCUE_WEBHOOK_SECRET" in str(failed.value)


def test_whoever_waits_long_for_a_start_is_told_what_for(
    town: Town, town_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    log = tmp_path / "service.log"
    settings = {
        "RESCUE_DATABASE_URL": town_database,
        "RESCUE_NETWORK": str(town.network),
        "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "RESCUE_TOKEN_SECRET": TOKEN_SECRET,
    }

    with served(settings, log=log) as url:
        assert fetch("GET", f"{url}/readyz").is_success

    assert capsys.readouterr().err.count(str(log)) == 1
