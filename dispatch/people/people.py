"""The people who use the service, put together: what its doors work with."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol, Self

from dispatch.access.marks import Marks
from dispatch.access.tokens import Access
from dispatch.oidc.claims import Said
from dispatch.oidc.flow import Flow, Flows
from dispatch.people.accounts import Accounts
from dispatch.people.channel_addresses import ChannelAddresses
from dispatch.people.passwords import Passwords
from dispatch.people.problems import AedProblems
from dispatch.people.provider_sign_in import ProviderSignIn
from dispatch.people.reach import (
    Channels,
    NoChannels,
    PushSubscription,
    PushSubscriptions,
    TestAlarms,
    push_not_offered,
)
from dispatch.people.second_factors import SecondFactors
from dispatch.people.secrets import SessionKeys
from dispatch.people.sessions import Sessions
from dispatch.people.volunteers import Volunteers, join_url
from registry.storage.database import Database


class Asked(Protocol):
    """A provider, as `dispatch.oidc.provider` speaks with one."""

    async def begin(self, flow: Flow) -> str: ...

    async def finish(self, flow: Flow, code: str) -> Said: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOidcProvider:
    """name: as the desk's page calls it."""

    name: str
    provider: Asked
    flows: Flows


@dataclass(kw_only=True)
class People:
    """public_url: the address under which phones and consoles open the service. marks: in place of ids in the log.

    channels, push_public_key, check_subscription: given by whoever composes the service, once there are ways beside the
    stream; at_provider, where there is a provider to sign in at. check_subscription raises PushNotOffered or
    BadSubscription for one that no push could go to.
    """

    accounts: Accounts
    factors: SecondFactors
    passwords: Passwords
    sessions: Sessions
    provider_sign_in: ProviderSignIn
    volunteers: Volunteers
    push: PushSubscriptions
    addresses: ChannelAddresses
    tests: TestAlarms
    problems: AedProblems
    public_url: str
    marks: Marks
    channels: Channels = field(default_factory=NoChannels)
    at_provider: AtOidcProvider | None = None
    push_public_key: str | None = None
    check_subscription: Callable[[PushSubscription], None] = push_not_offered

    @classmethod
    def of(
        cls,
        database: Database,
        *,
        token_secret: str,
        public_url: str,
        old_secrets: tuple[str, ...] = (),
        totp_required_of: Collection[Access] = (),
    ) -> Self:
        """old_secrets: that signed tokens before, and are still believed."""
        factors = SecondFactors(database, required_of=totp_required_of)
        sessions = Sessions(database, SessionKeys(token_secret, *old_secrets), factors)
        return cls(
            accounts=Accounts(database),
            factors=factors,
            passwords=Passwords(),
            sessions=sessions,
            provider_sign_in=ProviderSignIn(database, sessions, factors),
            volunteers=Volunteers(database, sessions),
            push=PushSubscriptions(database),
            addresses=ChannelAddresses(database),
            tests=TestAlarms(database),
            problems=AedProblems(database),
            public_url=public_url.rstrip("/"),
            marks=Marks(token_secret, *old_secrets),
        )

    def join_url(self, code: str) -> str:
        return join_url(self.public_url, code)
