"""What an image is made of: the package and its locked requirements, and nothing that develops or builds it.

The real thing takes minutes and a network; here the script runs with a Python that only notes what it is asked.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.support.web_build import build_web_pages

PYTHON = """#!/bin/bash
printf '%s\\n' "$*" >>"$NOTED"
case "$*" in
    "-m venv"*) mkdir -p "${@: -1}/bin" && cp "$0" "${@: -1}/bin/python" ;;
    *" wheel "*)
        wheels=$(sed -E 's/.*--wheel-dir ([^ ]+).*/\\1/' <<<"$*")
        mkdir -p "$wheels" && touch "$wheels/one.whl" ;;
esac
"""
PIN = re.compile(r"^[a-z0-9._-]+==\S+", re.MULTILINE)


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> list[str]:
    """As `name==version`; a package may have one for each version of Python."""
    return PIN.findall((PROJECT / "requirements" / lock).read_text(encoding="utf-8"))


def names(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", one)[0].lower() for one in requirements}


def made(
    folder: Path, *, with_pages: bool, what: str = "runtime"
) -> tuple["subprocess.CompletedProcess[str]", list[str]]:
    """The script run in a source tree of its own, and what Python was asked, `TOOLS` for the passing folder's name."""
    noted, passing, python = folder / "noted", folder / "passing", folder / "bin" / "python3.13"
    for one in (passing, python.parent, folder / "scripts", folder / "rescue_circle/web_app"):
        one.mkdir(parents=True)
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    noted.touch()
    shutil.copy(PROJECT / "scripts/make_venv.sh", folder / "scripts")
    shutil.copytree(PROJECT / "requirements", folder / "requirements")
    if with_pages:
        (folder / "rescue_circle/web_app/.built").touch()
    path = f"{python.parent}{os.pathsep}{os.defpath}"
    done = subprocess.run(
        ["bash", folder / "scripts/make_venv.sh", "venv", what],
        env={"PATH": path, "NOTED": str(noted), "TMPDIR": str(passing)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert list(passing.iterdir()) == [], "the tools stay behind"
    asked = re.sub(rf"{re.escape(str(passing))}/[^/ ]+", "TOOLS", noted.read_text(encoding="utf-8"))
    return done, [line for line in asked.splitlines() if line.startswith("-m ")]


def test_the_services_environment_is_given_its_own_lock_and_the_package_alone(tmp_path: Path) -> None:
    done, asked = made(tmp_path, with_pages=True)

    assert done.returncode == 0, done.stderr
    asked = [line.replace("-m pip --quiet --disable-pip-version-check", "pip") for line in asked]
    wheel = "pip wheel --no-build-isolation --use-pep517 --no-deps --wheel-dir TOOLS/wheels"
    assert asked == [
        "-m venv TOOLS/venv",
        "pip install --require-hashes --only-binary :all: -r requirements/build.txt",
        f"{wheel} --require-hashes -r requirements/runtime.txt",
        f"{wheel} .",
        "-m venv --clear --without-pip venv",
        "pip --python venv/bin/python install --no-index --no-deps TOOLS/wheels/one.whl",
    ]


@pytest.mark.parametrize("what", ["dev", "runtime"])
def test_what_takes_minutes_is_said_before_it_begins(tmp_path: Path, what: str) -> None:
    done, _ = made(tmp_path, with_pages=True, what=what)

    first, *_ = done.stderr.splitlines()
    assert f"{len(pins(f'{what}.txt'))} locked packages" in first
    assert "minutes" in first


def test_no_service_is_made_without_its_pages(tmp_path: Path) -> None:
    done, asked = made(tmp_path, with_pages=False)

    assert done.returncode == 1
    assert "make web" in done.stderr
    assert asked == []


def test_what_runs_the_service_locks_nothing_that_develops_it(project: dict[str, Any]) -> None:
    develop = names(project["project"]["optional-dependencies"]["dev"])
    run = names(project["project"]["dependencies"])

    assert {"pytest", "mypy", "ruff", "hypothesis", "playwright", "hatchling"} <= develop
    assert run <= names(pins("runtime.txt"))
    assert develop & names(pins("runtime.txt")) == set()


def test_the_package_is_built_and_run_with_what_its_developers_build_and_run_it_with(project: dict[str, Any]) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    develop = set(pins("dev.txt"))
    elsewhere = {pin for pin in (*pins("build.txt"), *pins("runtime.txt")) if pin not in develop}

    assert re.findall(r"'(hatchling[^']*)'", makefile) == project["build-system"]["requires"]
    # A library without a wheel is built with it; for development pip fetches it by itself.
    assert names(elsewhere) == {"setuptools"}


@pytest.mark.parametrize("lock", sorted(file.name for file in (PROJECT / "requirements").glob("*.txt")))
def test_every_locked_package_has_its_hashes_and_no_lock_names_a_registry(lock: str) -> None:
    text = (PROJECT / "requirements" / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert len(blocks) == len(pins(lock)) > 0
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_the_wheel_carries_the_licence_the_pages_and_all_that_is_read_beside_the_code(tmp_path: Path) -> None:
    build_web_pages()
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())

    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in held)
    assert {"rescue_circle/web_app/index.html", "rescue_circle/web_app/volunteer/index.html"} <= held
    assert {"geo/data/mainland_china.json", "planner/page/report.html", "registry/migrations/env.py"} <= held
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == {
        *("geo", "registry", "planner", "dispatch", "simulators", "rescue_circle")
    }
