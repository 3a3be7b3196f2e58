"""Requests to our own services: without proxies, patient with a busy machine, and without TLS.

A client makes ready for TLS with every authority that the world trusts, which takes longer than most of our requests.
"""

import ssl
from typing import Any

import httpx

TIMEOUT_S = 60.0
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def fetch(method: str, url: str, **options: Any) -> httpx.Response:
    """As `httpx.request`."""
    return httpx.request(method, url, trust_env=False, verify=NO_TLS, timeout=TIMEOUT_S, **options)
