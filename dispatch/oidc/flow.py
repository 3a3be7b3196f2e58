"""One sign-in from its beginning in a browser to its end in the same browser, held in a cookie there and nowhere here.

So a restart or a second process knows it too, and nobody fills our memory by beginning sign-ins. Pure: the time is
passed in.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

GOOD_FOR = timedelta(minutes=10)
"""To type a password and a code at the provider, or a code here (assumption)."""

RANDOM_BYTES = 16
MOST_CHARACTERS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """cookie: proves that this browser began. state, nonce, code_verifier: the words of OpenID Connect and PKCE."""

    cookie: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


class Flows:
    """Makes them and knows them again: what goes to the provider follows from the cookie and a key that is ours, so
    whoever reads an address or the cookie has none of the rest."""

    def __init__(self, *token_secrets: str) -> None:
        """Keys of our own, of the secrets that sign tokens: the first one makes, any is believed."""
        self._keys = [_mac(one.encode(), "rescue-circle sign-in at a provider") for one in token_secrets]

    def begin(self, now: datetime) -> Flow:
        return self._flow(self._keys[0], self._seal("flow", secrets.token_urlsafe(RANDOM_BYTES), now))

    def find(self, cookie: str, state: str, now: datetime) -> Flow | None:
        """The flow that this browser began, where the provider answers to that one."""
        opened = self._open("flow", cookie, now)
        if opened is None:
            return None
        flow = self._flow(opened[0], cookie)
        is_its_answer = hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "surrogatepass"))
        return flow if is_its_answer else None

    def await_code(self, account: str, now: datetime) -> str:
        """For the browser of somebody whom the provider has told us, and whose account asks for a code as well."""
        return self._seal("code", base64.urlsafe_b64encode(account.encode()).decode(), now)

    def find_awaiting(self, cookie: str, now: datetime) -> str | None:
        """The account's name."""
        opened = self._open("code", cookie, now)
        return None if opened is None else base64.urlsafe_b64decode(opened[1]).decode()

    def _flow(self, key: bytes, cookie: str) -> Flow:
        state, nonce, verifier = (_text(_mac(key, f"{part} {cookie}")) for part in ("state", "nonce", "verifier"))
        return Flow(cookie=cookie, state=state, nonce=nonce, code_verifier=verifier)

    def _seal(self, purpose: str, text: str, now: datetime) -> str:
        said = f"{int(now.timestamp())}.{text}"
        return f"{said}.{_text(_mac(self._keys[0], f'{purpose} {said}'))}"

    def _open(self, purpose: str, cookie: str, now: datetime) -> tuple[bytes, str] | None:
        """The key that made it, and what it says; None where it is not ours or too old."""
        said, _, mac = cookie[:MOST_CHARACTERS].encode("ascii", "replace").decode().rpartition(".")
        key = next((one for one in self._keys if hmac.compare_digest(_text(_mac(one, f"{purpose} {said}")), mac)), None)
        if key is None:
            return None
        begun, _, text = said.partition(".")
        age = now - datetime.fromtimestamp(int(begun), UTC)
        return (key, text) if age <= GOOD_FOR else None


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _text(mac: bytes) -> str:
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
