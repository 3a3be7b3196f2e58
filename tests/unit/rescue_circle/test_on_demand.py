"""Commands are imported when they are asked for, and what is said of them before is what they say themselves."""

import subprocess
import sys

import pytest

from geo.cli import COMMANDS as GEO_COMMANDS
from geo.commands.on_demand import OnDemand, loaded
from rescue_circle.cli import COMMANDS, KNOWN_FAILURES

HEAVY = {"fastapi", "geopandas", "matplotlib", "numba", "pandas", "phonenumbers", "scipy", "sqlalchemy", "highspy"}


@pytest.mark.parametrize(("name", "known"), [*COMMANDS.items(), *GEO_COMMANDS.items()])
def test_the_line_that_help_shows_is_the_commands_own(name: str, known: OnDemand) -> None:
    said = loaded(name, known).help or ""

    assert said.partition("\n\n")[0].replace("\n", " ").strip() == known.help


def test_every_failure_that_is_told_in_one_line_is_an_error_of_its_module() -> None:
    for where in KNOWN_FAILURES:
        module, _, kind = where.partition(":")
        __import__(module)
        assert issubclass(getattr(sys.modules[module], kind), Exception)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["geo", "--help"], ["geo", "convert", "--point", "113.6,34.7", "--from", "gcj02", "--to", "wgs84"]],
)
def test_what_needs_no_heavy_library_imports_none(arguments: list[str]) -> None:
    program = f"""
import sys
from rescue_circle.cli import app
app({arguments!r}, standalone_mode=False)
print(*{HEAVY!r} & sys.modules.keys(), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout
    assert done.stderr.strip() == ""
