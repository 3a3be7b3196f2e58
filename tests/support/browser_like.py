"""What a browser does for a page: keeps the session's cookie and sends it where it belongs, and the page's token."""

from typing import Any

import httpx

from tests.support.plain_http import fetch

COOKIE = "rescue_session"


class Browser:
    """`cookie` and `token` are what the last answers left."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookie: str | None = None
        self.token: str | None = None

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {})}
        if self.cookie is not None and path.startswith("/api/session"):
            headers["cookie"] = f"{COOKIE}={self.cookie}"
        if self.token is not None and "authorization" not in headers:
            headers["authorization"] = f"Bearer {self.token}"
        answer = fetch(method, self.url + path, headers=headers, **options)
        if COOKIE in answer.cookies:
            self.cookie = answer.cookies[COOKIE]
        if answer.is_success and answer.headers.get("content-type") == "application/json" and "token" in answer.json():
            self.token = answer.json()["token"]
        return answer
