"""`rescue-circle demo` as a user runs it, small and quick."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import command

COMMAND = str(Path(sys.executable).with_name("rescue-circle"))


def demo(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, "demo", *options], cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )


def report_of(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def assert_whole(report: Any) -> None:
    assert report["calls"]["sent"] == report["calls"]["incidents"] == 3
    assert report["calls"]["lost"] == 0
    assert report["alerts"]["delivered"] == report["alerts"]["sent"] > 0
    assert {"accepted", "declined", "timed_out"} <= set(report["alerts"])
    assert report["alerts"]["lost"] == report["alerts"]["duplicated"] == 0
    assert {"p50", "p99"} <= set(report["latency_ms"]["webhook_to_socket"])
    assert {"first_hands", "first_aed", "ambulance"} == set(report["simulated_s"])
    assert all({"p50", "p90"} <= set(part) for part in report["simulated_s"].values())
    assert set(report["share_within"]) == {"240", "300"}
    assert report["callbacks"]["out_of_order"] == report["callbacks"]["refused"] == 0
    assert report["callbacks"]["by_type"]["incident.closed"] == 3


def test_the_demo_of_the_synthetic_city_loses_nothing_and_says_that_it_is_synthetic(tmp_path: Path) -> None:
    done = demo(tmp_path, "--calls", "3", "--rescuers", "20000", "--seed", "3", "--speed", "600")

    assert done.returncode == 0, done.stdout + done.stderr
    report = report_of(tmp_path, "build/demo/report.json")
    assert_whole(report)
    assert report["synthetic"] == ["streets", "AEDs", "volunteers", "calls"]
    assert "synthetic Zhengzhou" in done.stdout
    assert "build/demo/report.json" in done.stdout


def test_the_demo_of_a_real_extract_uses_its_aeds_and_its_time_zone(tmp_path: Path, shared_data: Path) -> None:
    extract = shared_data / "liechtenstein" / "liechtenstein-2024.osm.pbf"

    done = demo(tmp_path, "--osm", str(extract), "--calls", "3", "--speed", "600", "--report", "out/li.json")

    assert done.returncode == 0, done.stdout + done.stderr
    report = report_of(tmp_path, "out/li.json")
    assert_whole(report)
    assert report["synthetic"] == ["volunteers", "calls"]
    assert report["city"]["imported"].startswith("148 aeds, 0 rejected")
    assert report["time_zone"] == "Europe/Vaduz"


def test_ctrl_c_leaves_a_summary_and_a_report_of_what_was_played(tmp_path: Path) -> None:
    options = ("--calls", "20", "--rescuers", "5000", "--seed", "3", "--speed", "100")
    with subprocess.Popen(
        [COMMAND, "demo", *options], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as playing:
        assert playing.stdout is not None
        said = []
        for line in playing.stdout:
            said.append(line)
            if re.search(r"simulated: [1-9]\d* of 20 calls", line):
                playing.send_signal(signal.SIGINT)
                break
        said.extend(playing.stdout)
        code = playing.wait(120)

    report = report_of(tmp_path, "build/demo/report.json")
    assert code == 130, "".join(said)
    assert report["interrupted"]
    assert 1 <= report["calls"]["sent"] < report["calls_planned"] == 20
    assert report["faults"] == []
    assert "broken off: 20 were planned" in "".join(said)


def test_what_is_chosen_for_showing_is_said(tmp_path: Path) -> None:
    done = demo(tmp_path, "--calls", "1", "--rescuers", "5000", "--aeds-per-km2", "0.6", "--speed", "600")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "chosen for showing: 0.6 AEDs for a square kilometre; 5,000 volunteers" in done.stdout
    assert "0.6 for a square kilometre" in report_of(tmp_path, "build/demo/report.json")["city"]["AEDs"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--osm", "nowhere.osm.pbf"], "nowhere.osm.pbf: no such file"),
        (["--time-zone", "Europe/Vaduz"], "--osm"),
        (["--calls", "0"], "--calls"),
        (["--speed", "99999"], "--speed"),
        (["--rescuers", "-1"], "--rescuers"),
        (["--aeds-per-km2", "0"], "--aeds-per-km2"),
        (["--aeds-per-km2", "2", "--osm", "x.osm.pbf"], "--aeds-per-km2"),
    ],
)
def test_bad_values_are_refused_in_one_sentence(tmp_path: Path, options: list[str], said: str) -> None:
    done = command("demo", *options, folder=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_extract_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "streets.osm.pbf").write_text("not an extract")

    done = command("demo", "--osm", "streets.osm.pbf", folder=tmp_path)

    assert done.returncode == 2
    assert "streets.osm.pbf" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_time_zone_is_refused_in_one_sentence(tmp_path: Path, shared_data: Path) -> None:
    extract = shared_data / "liechtenstein" / "liechtenstein-2024.osm.pbf"

    done = command("demo", "--osm", str(extract), "--time-zone", "Mars/Olympus", folder=tmp_path)

    assert done.returncode == 2
    assert "Mars/Olympus" in done.stderr
    assert "Traceback" not in done.stderr
