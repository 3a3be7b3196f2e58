"""Headers of one letter over projected positions, and "available 24/7" that is no state of the device."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from registry.cli import app

SWISS = "OBJECTID;Bezeichnung;Öffnungszeiten;E;N\n1;Gemeindehaus;24h;2682010;1241020\n2;Hallenbad;24h;2682410;1240520\n"
DUTCH = (
    "AED nummer;Naam locatie;Beschikbaar 24/7;Openingstijden;RD X;RD Y\n"
    "1;Gemeentehuis;nee;ma t/m vr 9.00-17.00;155045;463125\n2;Sporthal;ja;24/7;156210;462400\n"
)


@pytest.mark.parametrize(
    ("text", "region", "read"),
    [(SWISS, "CH", "E = lon, N = lat"), (DUTCH, "NL", "Beschikbaar 24/7 = always_open")],
)
def test_a_short_or_turned_header_is_understood(tmp_path: Path, text: str, region: str, read: str) -> None:
    path = tmp_path / "aed.csv"
    path.write_text(text, encoding="utf-8")
    database = ["--database", f"sqlite+aiosqlite:///{tmp_path / 'r.db'}"]
    runner = CliRunner()
    assert runner.invoke(app, ["migrate", *database]).exit_code == 0

    done = runner.invoke(app, ["import", str(path), "--kind", "aeds", "--source", "s", "--region", region, *database])

    assert done.exit_code == 0, done.output
    assert read in " ".join(done.output.split())
