"""Which certificates count in a city: by the kinds that it accepts, and by whose word it trusts unseen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.models import BY_HAND, PaperStanding

ANY_LIST = "*"
"""The rule for lists that have none of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityRules:
    """accepted: kinds in the form of `kind_key`; empty, and every kind counts. trusted: by source."""

    accepted: frozenset[str] = frozenset()
    trusted: Mapping[str, bool] = field(default_factory=dict)

    def trusts(self, source: str) -> bool:
        """Whether its certificates count before an officer has looked at them; what one types, another looks at."""
        if source in self.trusted:
            return self.trusted[source]
        return source != BY_HAND and self.trusted.get(ANY_LIST, True)

    def standing_of(self, *, kind: str, source: str, is_verified: bool) -> PaperStanding:
        """What a certificate is worth while its days last."""
        if self.accepted and kind_key(kind) not in self.accepted:
            return PaperStanding.NOT_ACCEPTED
        return PaperStanding.COUNTS if is_verified or self.trusts(source) else PaperStanding.UNVERIFIED


def kind_key(kind: str) -> str:
    """What two spellings of one kind have in common: case and blanks say nothing."""
    return "".join(kind.casefold().split())
