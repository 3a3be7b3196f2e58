"""With the compose file one gives 120's secret, or the file of several 120 systems; nobody must invent the other."""

import re
from pathlib import Path

import pytest
import yaml

from rescue_circle.settings_loading import BadSettings, get_settings
from tests.conftest import PROJECT
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET

GIVEN = {"RESCUE_DATABASE_PASSWORD": "of-the-database", "RESCUE_TOKEN_SECRET": TOKEN_SECRET}


def set_as_composed(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    """The container's environment, where the user has set `given`."""
    composed = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    for name, text in composed["services"]["rescue-circle"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{(\w+):([-?])([^}]*)\}", lambda found: value_of(found, given), text))


def value_of(found: "re.Match[str]", given: dict[str, str]) -> str:
    name, kind, rest = found.groups()
    assert kind == "-" or given.get(name), f"{name}: {rest}"
    return given.get(name) or rest


def test_the_secret_of_one_system_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    set_as_composed(monkeypatch, {**GIVEN, "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET})

    assert [one.name for one in get_settings().load_configured().integrations] == ["120"]


def test_the_file_of_several_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "integrations.toml"
    file.write_text(f'[zhongmou]\nsecrets = ["{WEBHOOK_SECRET}"]\n', encoding="utf-8")
    set_as_composed(monkeypatch, {**GIVEN, "RESCUE_INTEGRATIONS": str(file)})

    assert [one.name for one in get_settings().load_configured().integrations] == ["zhongmou"]


def test_without_either_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    set_as_composed(monkeypatch, GIVEN)

    with pytest.raises(BadSettings, match=r"RESCUE_WEBHOOK_SECRET.*RESCUE_INTEGRATIONS"):
        get_settings()
