"""A certified OpenID provider as a process, what tests make it do, and a browser that goes there and back."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from tests.support.plain_http import NO_TLS, TIMEOUT_S
from tests.support.ports import HOST, free_port

FOLDER = Path(__file__).parent.parent / "oidc"
CLIENT, SECRET = "rescue-circle", "tests-only-secret-of-the-client"
CALLBACK = "/api/session/provider/callback"
MOST_STEPS = 12


def get_node() -> str:
    """Node.js, with the provider beside it; without them a test skips, in continuous integration it fails."""
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.prefix, "node")))
    if node is None or not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        reason = "no OpenID provider here: scripts/get_oidc_provider.sh gets it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return node


class OidcProvider:
    """people: by subject, their claims; `amr` and `acr` are what their sign-in is said to have been. host: localhost is
    another site than the service's, to a browser."""

    def __init__(
        self,
        service_url: str,
        *,
        people: Mapping[str, Mapping[str, Any]],
        is_public: bool = False,
        host: str = HOST,
    ) -> None:
        self.port = free_port()
        self.issuer = f"http://{host}:{self.port}"
        self.is_public = is_public
        secret = {"token_endpoint_auth_method": "none"} if is_public else {"client_secret": SECRET}
        client = {"client_id": CLIENT, "redirect_uris": [service_url + CALLBACK], **secret}
        self._told = {"issuer": self.issuer, "port": self.port, "client": client, "people": people}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [get_node(), str(FOLDER / "provider.mjs"), json.dumps(self._told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._await("ready")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def rotate_keys(self) -> None:
        """Sign with a key that it had not before, and know the old one no more."""
        self._order("rotate", None)

    def shift_clock(self, seconds: float) -> None:
        self._order("shift", seconds)

    def set_person(self, subject: str, claims: Mapping[str, Any] | None) -> None:
        """None: it knows them no longer."""
        self._order("person", [subject, claims])

    def settings(self, **more: str) -> dict[str, str]:
        """Of a service that knows it."""
        known = {"RESCUE_OIDC_ISSUER": self.issuer, "RESCUE_OIDC_CLIENT_ID": CLIENT, "RESCUE_OIDC_NAME": "City"}
        secret = {} if self.is_public else {"RESCUE_OIDC_CLIENT_SECRET": SECRET}
        return known | secret | more

    def _order(self, order: str, argument: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([order, argument]) + "\n")
        self._process.stdin.flush()
        self._await("done")

    def _await(self, word: str) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if line.strip() == word:
                return
        raise AssertionError("the provider has ended")


@contextmanager
def provided(
    service_url: str, *, people: Mapping[str, Mapping[str, Any]], is_public: bool = False, host: str = HOST
) -> Iterator[OidcProvider]:
    provider = OidcProvider(service_url, people=people, is_public=is_public, host=host)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


class Traveller:
    """A browser that follows one step after the other, and keeps the cookies of both sides."""

    def __init__(self, service_url: str) -> None:
        self.url = service_url
        self.http = httpx.Client(trust_env=False, verify=NO_TLS, timeout=TIMEOUT_S)
        self.seen: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, url: str) -> httpx.Response:
        self.seen.append(url)
        return self.http.get(url)

    def start(self) -> httpx.Response:
        return self.get(f"{self.url}/api/session/provider/start")

    def way_back(self, who: str) -> str:
        """The address that the provider sends `who` back to, not opened yet."""
        answer = self.start()
        for _ in range(MOST_STEPS):
            assert answer.status_code in {302, 303}, (answer.status_code, answer.text)
            following = urljoin(str(answer.url), answer.headers["location"])
            if following.startswith(self.url):
                return following
            path = urlsplit(following).path
            answer = self.get(f"{following}?who={who}" if path.startswith("/login/") else following)
        raise AssertionError(f"no way back: {self.seen}")

    def sign_in(self, who: str) -> str:
        """Where it ends: the console's address."""
        return self.end(self.way_back(who))

    def end(self, way_back: str) -> str:
        answer = self.get(way_back)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def renew(self) -> httpx.Response:
        return self.http.post(f"{self.url}/api/session/renew")

    def send_code(self, code: str) -> httpx.Response:
        return self.http.post(f"{self.url}/api/session/provider/code", json={"code": code})


def queried(url: str) -> dict[str, str]:
    """What stands behind an address's question mark."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
