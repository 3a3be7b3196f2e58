"""Which variables are taken for misspelt settings."""

from registry.importers.people.person_ids import VARIABLE
from rescue_circle.environment import find_misspelt


def test_the_secret_of_imports_may_stand_beside_the_services_settings() -> None:
    assert find_misspelt({VARIABLE: "x", "RESCUE_PORT": "1"}, ["RESCUE_PORT"]) == []
    assert find_misspelt({"RESCUE_PEOPLES_SECRET": "x"}, ["RESCUE_PORT"]) != []
