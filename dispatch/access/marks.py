"""Marks of people for the log: always the same for one person, and without the service's secret they lead to nobody."""

import hashlib
import hmac

LETTERS = 12
"""48 bits: in one of fifty thousand services with 100,000 people each two of them share one."""


class Marks:
    """secrets: those that sign tokens, the newest first; what was marked with an older one is still recognised."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = secrets

    def of(self, rescuer_id: str) -> str:
        return _mark(self._secrets[0], rescuer_id)

    def all_of(self, rescuer_id: str) -> frozenset[str]:
        """Every mark that a line of the log may have for this person."""
        return frozenset(_mark(secret, rescuer_id) for secret in self._secrets)


def _mark(secret: str, rescuer_id: str) -> str:
    said = b"mark of a rescuer in the log\0" + rescuer_id.encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:LETTERS]
