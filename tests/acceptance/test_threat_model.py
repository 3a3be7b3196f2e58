"""The threat model names tests and settings that there are."""

import re

from rescue_circle.environment import OTHERS
from rescue_circle.settings_table import settings_rows
from tests.conftest import PROJECT

TEXT = (PROJECT / "docs/threat-model.md").read_text(encoding="utf-8")


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = set(re.findall(r"`((?:unit|integration|acceptance)/[\w/]+)`", TEXT))

    assert len(named) > 15
    assert not [name for name in sorted(named) if not (PROJECT / "tests" / f"{name}.py").is_file()]


def test_every_threat_has_an_answer_and_a_test() -> None:
    threats = [line.split("|")[1:-1] for line in TEXT.splitlines() if re.match(r"\| [STRIDE] \|", line)]

    assert {threat[0].strip() for threat in threats} == set("STRIDE")
    assert all(cell.strip() for threat in threats for cell in threat)


def test_every_variable_that_the_threat_model_names_is_there() -> None:
    assert set(re.findall(r"`(RESCUE_\w+)`", TEXT)) <= {row.variable for row in settings_rows()} | OTHERS
