"""What stands at the far end of other apps' channels: WeChat's interface and a phone maker's, on one real socket."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.far_server import Posted, serving

GOOD_MAKER, STALE_MAKER = "80000000", "80200003"
STALE_WECHAT = 40001


@dataclass
class Platform:
    """sent: bodies that were taken, in order. codes: by address, what WeChat answers, else 0. tokens_given: by app.

    good: tokens that are believed.
    """

    url: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    tokens_given: Counter[str] = field(default_factory=Counter)
    good: set[str] = field(default_factory=set)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, posted: Posted) -> tuple[int, bytes]:
        bearer = posted.headers.get("authorization", "").removeprefix("Bearer ")
        parts = urlsplit(posted.path)
        with self.turn:
            status, told = self._told(parts.path, parse_qs(parts.query), bearer, posted.body)
        return status, json.dumps(told).encode()

    def end_tokens(self) -> None:
        self.good.clear()

    def sent_to(self, address: str) -> list[dict[str, Any]]:
        return [one for one in self.sent if address in {one.get("touser"), *one.get("message", {}).get("token", [])}]

    def _told(self, path: str, query: dict[str, list[str]], bearer: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and body, as documented by these interfaces."""
        match path:
            case "/cgi-bin/stable_token":
                asked = json.loads(body)
                wanted = {"grant_type": "client_credential", "appid": "wx-test", "secret": "wechat-secret"}
                right = asked == wanted
                return 200, self._token("wechat") if right else {"errcode": 40125, "errmsg": "invalid appsecret"}
            case "/cgi-bin/message/subscribe/send":
                return 200, {"errcode": self._take_wechat(query.get("access_token", [""])[0], json.loads(body))}
            case "/oauth2/token":
                form = parse_qs(body.decode())
                right = form["client_secret"] == ["maker-secret"] and form["grant_type"] == ["client_credentials"]
                return (200, self._token("maker")) if right else (401, {"error": 1101})
            case "/v1/app-1/messages:send":
                if bearer not in self.good:
                    return 200, {"code": STALE_MAKER}
                self.sent.append(json.loads(body))
                return 200, {"code": GOOD_MAKER}
        return 404, {}

    def _take_wechat(self, token: str, body: dict[str, Any]) -> int:
        if token not in self.good:
            return STALE_WECHAT
        code = self.codes.get(body["touser"], 0)
        if code == 0:
            self.sent.append(body)
        return code

    def _token(self, app: str) -> dict[str, Any]:
        self.tokens_given[app] += 1
        token = f"token-{app}+{self.tokens_given[app]}/="
        self.good.add(token)
        return {"access_token": token, "expires_in": 7200}


@contextmanager
def platform() -> Iterator[Platform]:
    with serving(Platform) as end:
        yield end
