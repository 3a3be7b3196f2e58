"""Accounts and invitations from the command line, beside a database of one's own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.people.qr import qr_text
from tests.support.browser_like import Browser
from tests.support.command import command
from tests.support.process import running
from tests.support.service import Service
from tests.support.town import Town

PASSWORD = "a long night at the desk"


def accounts(*arguments: str, url: str, folder: Path, password: str = "") -> "subprocess.CompletedProcess[str]":
    """With something to read on standard input, which a forked command has none of."""
    program = "from rescue_circle.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "accounts", *arguments, "--database", url],
        input=password + "\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def sign_in(service: Service, password: str = PASSWORD) -> int:
    return (
        Browser(service.url).request("POST", "/api/session", json={"name": "desk-1", "password": password}).status_code
    )


def test_an_account_is_made_listed_given_another_password_and_disabled(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    def run(*arguments: str, password: str = "") -> "subprocess.CompletedProcess[str]":
        return accounts(*arguments, url=town_database, folder=tmp_path, password=password)

    with running(town, town_database, tmp_path / "service.log") as service:
        made = run("add", "desk-1", "--role", "dispatcher", "--password-stdin", password=PASSWORD)
        twice = run("add", "desk-1", "--role", "admin", "--password-stdin", password=PASSWORD)
        first = sign_in(service)
        changed = run("password", "desk-1", "--password-stdin", password=PASSWORD + "!")
        second, third = sign_in(service), sign_in(service, PASSWORD + "!")
        disabled = run("disable", "desk-1")
        fourth = sign_in(service, PASSWORD + "!")
        listed = run("list")
    unknown = run("disable", "nobody")
    short = run("add", "desk-2", "--role", "dispatcher", "--password-stdin", password="short")

    assert (made.returncode, twice.returncode, changed.returncode, disabled.returncode) == (0, 2, 0, 0), made.stderr
    assert (first, second, third, fourth) == (200, 401, 200, 401)
    assert "already" in twice.stderr
    assert "desk-1" in listed.stdout
    assert "dispatcher" in listed.stdout
    assert PASSWORD not in (tmp_path / "service.log").read_text(encoding="utf-8")
    assert (unknown.returncode, short.returncode) == (2, 2)
    assert "12" in short.stderr
    assert "Traceback" not in unknown.stderr + short.stderr


def test_an_invitation_is_a_link_and_a_picture_of_it(town: Town, town_database: str, tmp_path: Path) -> None:
    options = ("--database", town_database, "--url", "https://rescue.example/")
    done = command("invite", "r04", *options, folder=tmp_path)
    unknown = command("invite", "nobody", *options, folder=tmp_path)
    link = done.stdout.splitlines()[0]
    with running(town, town_database, tmp_path / "service.log") as service:
        version = Browser(service.url).request("GET", "/api/consent").json()["version"]
        body = {"code": link.partition("#join=")[2], "consent_version": version}
        joined = Browser(service.url).request("POST", "/api/join", json=body)

    assert link.startswith("https://rescue.example/volunteer/#join=")
    assert qr_text(link).strip() in done.stdout
    assert joined.json()["subject"] == "r04", json.dumps(joined.json())
    assert unknown.returncode == 2
    assert "nobody" in unknown.stderr


@pytest.mark.parametrize("name", ["x", "a b", "名" * 65])
def test_a_name_that_cannot_be_typed_is_refused(name: str, database_url: str, tmp_path: Path) -> None:
    done = accounts(
        "add", name, "--role", "admin", "--password-stdin", url=database_url, folder=tmp_path, password=PASSWORD
    )

    assert done.returncode == 2
    assert "letters" in done.stderr
