"""The command line says in one line what is wrong and what to do, and never shows a traceback for it."""

import socket
from pathlib import Path

import pytest

from dispatch.access.tokens import Access, TokenSigner
from rescue_circle.settings_table import settings_rows
from tests.support.command import command
from tests.support.ports import HOST
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET

GOOD = {"RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET, "RESCUE_TOKEN_SECRET": TOKEN_SECRET, "RESCUE_PORT": "0"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"RESCUE_WEBHOOK_SECRET": ""}, "RESCUE_WEBHOOK_SECRET"),
        ({"RESCUE_WEBHOOK_SECRET": "whsec_%%%"}, "base64"),
        ({"RESCUE_WEBHOOK_SECRET": "whsec_c2hvcnQ="}, "24 random bytes"),
        ({"RESCUE_TOKEN_SECRET": "short"}, "RESCUE_TOKEN_SECRET"),
        ({"RESCUE_TIME_ZONE": "Mars/Olympus"}, "Asia/Shanghai"),
        ({"RESCUE_SERVICE_AREA": "1,2,3"}, "min_lon,min_lat,max_lon,max_lat"),
        ({"RESCUE_NETWORK": "missing.net"}, "RESCUE_NETWORK: cannot read missing.net"),
        ({"RESCUE_NETWORK": "foreign.net"}, "rescue-circle geo build"),
        ({"RESCUE_NETWORK": "foreign.net"}, "RESCUE_NETWORK: "),
        ({"RESCUE_DISTRICTS": "missing.geojson"}, "RESCUE_DISTRICTS: "),
        ({"RESCUE_POTR": "8120"}, "RESCUE_POTR is no setting: did you mean RESCUE_PORT?"),
        ({"RESCUE_ROUTER": "x"}, "RESCUE_ROUTER is no setting: `rescue-circle settings` shows them all"),
        ({"RESCUE_HOST": "no.such.name.invalid"}, "RESCUE_HOST: 'no.such.name.invalid' is no address"),
        ({"RESCUE_HOST": "192.0.2.1"}, "RESCUE_HOST: 192.0.2.1 cannot be listened on"),
        ({"RESCUE_PUBLIC_URL": "https://city.example/rescue"}, "a name of its own instead of a path"),
        ({"RESCUE_PUBLIC_URL": "rescue.example"}, "RESCUE_PUBLIC_URL: write an address like https://"),
        ({"RESCUE_TRUSTED_PROXIES": "proxy.example"}, "RESCUE_TRUSTED_PROXIES: 'proxy.example' is neither"),
        ({"RESCUE_DATABASE_URL": "mysql://nowhere"}, "sqlite"),
    ],
)
def test_serve_says_which_setting_is_wrong(change: dict[str, str], told: str, tmp_path: Path) -> None:
    (tmp_path / "foreign.net").write_text("not a network")

    done = command("serve", folder=tmp_path, **{**GOOD, **change})

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_every_secret_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    done = command("serve", folder=tmp_path, RESCUE_POTR="1")

    assert done.returncode == 2
    assert [
        name for name in ("RESCUE_TOKEN_SECRET", "RESCUE_WEBHOOK_SECRET", "RESCUE_POTR") if name not in done.stderr
    ] == []
    assert "32 random characters" in done.stderr


def test_a_port_that_somebody_has_is_named_in_one_line(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        done = command("serve", folder=tmp_path, **{**GOOD, "RESCUE_PORT": str(port)})

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"RESCUE_PORT: port {port} of 127.0.0.1 is in use, perhaps by another service: end it, or name another"
    ]


def test_what_is_no_setting_but_of_use_elsewhere_is_left_alone(tmp_path: Path) -> None:
    done = command("spool", "list", folder=tmp_path, **GOOD, RESCUE_URL="http://127.0.0.1:1", RESCUE_DATA="x")

    assert done.returncode == 0, done.stderr


def test_every_setting_is_printed(tmp_path: Path) -> None:
    done = command("settings", folder=tmp_path, COLUMNS="200")
    in_chinese = command("settings", "--lang", "zh", folder=tmp_path, COLUMNS="200")

    assert (done.returncode, in_chinese.returncode) == (0, 0)
    assert [row.variable for row in settings_rows() if row.variable not in done.stdout] == []
    assert "监听端口" in in_chinese.stdout


def test_documents_are_written_into_a_source_tree_and_then_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        (tmp_path / name).write_text("<!-- made by make docs: settings -->\n<!-- end of settings -->\n")
    first, second = command("docs", folder=tmp_path), command("docs", folder=tmp_path)

    assert (first.returncode, second.returncode) == (0, 0)
    assert "docs/generated/openapi.json" in first.stdout
    assert "| `RESCUE_PORT` | `8120` | port to listen on |" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| `RESCUE_PORT` | `8120` | 监听端口 |" in (tmp_path / "README.zh-CN.md").read_text(encoding="utf-8")
    assert second.stdout == ""


def test_documents_are_refused_where_there_is_no_place_for_them(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Another project\n")
    done = command("docs", folder=tmp_path)

    assert done.returncode == 2
    assert "made by make docs" in done.stderr


def test_an_issued_token_is_the_bearers(tmp_path: Path) -> None:
    done = command("token", "issue", "--role", "dispatcher", "--subject", "desk-1", folder=tmp_path, **GOOD)

    identity = TokenSigner(TOKEN_SECRET).check(done.stdout.strip()).identity
    assert (identity.subject, identity.access) == ("desk-1", Access.DISPATCHER)


def test_a_token_is_not_issued_without_the_services_secret(tmp_path: Path) -> None:
    done = command("token", "issue", "--role", "dispatcher", "--subject", "desk-1", folder=tmp_path)

    assert done.returncode == 2
    assert "RESCUE_TOKEN_SECRET" in done.stderr
