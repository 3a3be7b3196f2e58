"""The systems that send us calls, each with secrets of its own: one can be changed or shut out without the others."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dispatch.access.hmac_scheme import Request
from dispatch.access.proofs import Proof
from dispatch.access.signature import SignatureChecker

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""Names stand in addresses, in the journal and in logs."""

CONSOLE = "console"
"""Whose calls are those that a dispatcher takes by hand; no 120 system may have this name."""

CENTRE = "operation-centre"
"""The city's operation centre among those who are told; no 120 system may have this name."""

MESSAGES_PER_MINUTE = 3_000
"""What an integration may send unless its settings say otherwise (assumption). The whole of Virginia Beach's 2,706
arrests of years fits into one minute: a centre never comes near it, a sender that has run wild does."""


class UnknownIntegration(LookupError):
    """No integration has this name: the path is /webhooks/ and a name from the service's settings."""

    code = "unknown_integration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One 120 system. `secrets`: those its messages may be signed with, newest first; never shown.

    proof: how it proves itself where it speaks a dialect; None where it signs as Standard Webhooks say.
    dialect: its dialect's name.
    """

    name: str
    secrets: tuple[str, ...] = field(repr=False)
    callback_url: str | None = None
    callback_secret: str | None = field(default=None, repr=False)
    messages_per_minute: int = MESSAGES_PER_MINUTE
    proof: Proof | None = field(default=None, repr=False)
    dialect: str | None = None


class Integrations:
    """Every integration by name."""

    def __init__(self, integrations: Iterable[Integration]) -> None:
        self._by_name = {integration.name: integration for integration in integrations}
        self._checkers = {
            name: SignatureChecker(*one.secrets) for name, one in self._by_name.items() if one.proof is None
        }

    @property
    def all(self) -> tuple[Integration, ...]:
        return tuple(self._by_name.values())

    def get(self, name: str) -> Integration:
        """Raises: UnknownIntegration."""
        integration = self._by_name.get(name)
        if integration is None:
            raise UnknownIntegration(UnknownIntegration.__doc__)
        return integration

    def find(self, name: str) -> Integration | None:
        return self._by_name.get(name)

    def get_message_id(self, name: str, headers: Mapping[str, str], body: bytes) -> str:
        """The id of a message that this integration has signed.

        Raises:
            UnknownIntegration
            BadSignature: not signed with one of its secrets.
        """
        return self._checkers[self.get(name).name].get_message_id(headers, body)

    def prove(self, name: str, request: Request) -> str | None:
        """That a request is from this integration, which speaks a dialect; the message's id where the proof holds it.

        Raises:
            UnknownIntegration
            BadSignature: it does not hold.
        """
        proof = self.get(name).proof
        if proof is None:
            return self.get_message_id(name, request.headers, request.body)
        return proof.check(request)
