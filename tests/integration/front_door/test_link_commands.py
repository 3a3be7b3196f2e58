"""Accounts that a provider signs in to, by command: linked, without a password, unlinked, and refused with a reason."""

from pathlib import Path

import pytest

from tests.support.command import command

ISSUER = "https://login.example"


@pytest.mark.both_databases
def test_an_administrator_links_and_unlinks_accounts_by_command(empty_database_url: str, tmp_path: Path) -> None:
    def accounts(*arguments: str) -> tuple[int, str]:
        done = command(
            "accounts", *arguments, "--database", empty_database_url, folder=tmp_path, RESCUE_OIDC_ISSUER=ISSUER
        )
        return done.returncode, done.stdout + done.stderr

    made = accounts("link", "li", "--role", "dispatcher", "--email", "li@city.example")
    listed = accounts("list")[1]
    refused = [
        accounts("link", "wang", "--subject", "u-wang"),
        accounts("link", "wang", "--role", "dispatcher", "--email", "LI@city.example"),
        accounts("link", "wang", "--role", "dispatcher"),
        accounts("password-off", "nobody"),
    ]
    accounts("password-off", "li")
    accounts("unlink", "li")
    after = accounts("password-off", "li")

    assert made[0] == 0
    assert "li is theirs once they sign in at https://login.example" in made[1]
    assert "provider (invited)" in listed
    assert [code for code, _ in refused] == [2, 2, 2, 2]
    reasons = ("--role makes one", "unlink that one first", "one of them", "no account 'nobody'")
    assert all(reason in said for reason, (_, said) in zip(reasons, refused, strict=True))
    assert (after[0], "nobody could sign in" in after[1]) == (2, True)
