"""A hundred real arrests of a real call log, replayed as a user does it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.command import command

COMMAND = str(Path(sys.executable).with_name("rescue-circle"))


def test_a_hundred_real_calls_are_replayed_and_nothing_is_lost(shared_data: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [COMMAND, "replay-log", "--data", str(shared_data), "--calls", "100", "--speed", "1200"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "build/replay-log/report.json").read_text(encoding="utf-8"))
    assert report["calls"]["sent"] == report["calls"]["incidents"] == 100
    assert report["alerts"]["delivered"] == report["alerts"]["sent"] > 100
    assert report["alerts"]["lost"] == report["alerts"]["duplicated"] == report["calls"]["lost"] == 0
    outliers = sum(report["log"]["response_outliers"]["counts"].values())
    assert report["simulated_s"]["ambulance"]["n"] == 100 - outliers
    assert report["log"]["response_min"]["n"] == 100 - outliers
    assert {"AEDs", "volunteers", "times of day"} < set(report["synthetic"])
    assert "invented by seed" in report["log"]["times_of_day"]


def test_a_log_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = command("replay-log", "--data", str(tmp_path), folder=tmp_path)

    assert done.returncode == 2
    assert "--log" in done.stderr
    assert "Traceback" not in done.stderr
