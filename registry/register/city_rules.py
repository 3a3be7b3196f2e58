"""What a city says of certificates: which kinds count, and whose lists are trusted unseen."""

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record
from registry.models import BY_HAND
from registry.people.trust import ANY_LIST, CityRules, kind_key
from registry.people_tables import certificate_kinds, certificate_sources
from registry.register.typed import BadPersonField, checked_text
from registry.repository import load_city_rules
from registry.storage.postgres import lock_registry
from registry.tables import certificates

_LONGEST_SOURCE, _LONGEST_KIND = 128, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRule:
    """source: a list, "registry" for what officers type, "*" for lists without a rule. has_rule: the city has said so.
    unverified: how many of its certificates no officer has looked at."""

    source: str
    trusted: bool
    has_rule: bool
    certificates: int
    unverified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """certificates: how many there are of it, however it is spelt."""

    kind: str
    accepted: bool
    certificates: int


async def list_sources(connection: AsyncConnection) -> list[SourceRule]:
    """Every source of a certificate, and every one of which the city has said something; by name."""
    rules = await load_city_rules(connection)
    verified = func.count(certificates.c.verified_at)
    query = select(certificates.c.source, func.count(), verified).group_by(certificates.c.source)
    counts = {source: (total, total - seen) for source, total, seen in await connection.execute(query)}
    return [
        SourceRule(
            source=source,
            trusted=rules.trusts(source),
            has_rule=source in rules.trusted,
            certificates=counts.get(source, (0, 0))[0],
            unverified=counts.get(source, (0, 0))[1],
        )
        for source in sorted({ANY_LIST, BY_HAND, *counts, *rules.trusted})
    ]


async def trust_source(connection: AsyncConnection, source: str, author: Author, *, trusted: bool) -> None:
    """Whether certificates of a source count before an officer has looked at each. Who does not count any more is not
    rung for the next call.

    Raises:
        IdentityCardTyped, BadPersonField
    """
    source = checked_text("source", source, most=_LONGEST_SOURCE, least=1)
    await lock_registry(connection)
    before = (await load_city_rules(connection)).trusted.get(source)
    if before is trusted:
        return
    await connection.execute(delete(certificate_sources).where(certificate_sources.c.source == source))
    await connection.execute(insert(certificate_sources).values(source=source, trusted=trusted))
    said = None if before is None else {"trusted": before}
    change = Change(
        kind="certificate_source", subject_id=source, action="trusted", before=said, after={"trusted": trusted}
    )
    await record(connection, change, author)
    # Of every list without its own rule; each row that is written is told to running services.
    mine = () if source == ANY_LIST else (certificates.c.source == source,)
    await connection.execute(update(certificates).where(*mine).values(source=certificates.c.source))


async def list_kinds(connection: AsyncConnection) -> list[KindRule]:
    """Every kind that people hold, and every one that the city accepts; the most held first."""
    rules, named = await load_city_rules(connection), certificate_kinds.c
    spelt = dict(map(tuple, await connection.execute(select(named.kind_key, named.kind))))
    counts = dict.fromkeys(spelt, 0)
    query = select(certificates.c.kind, func.count()).group_by(certificates.c.kind).order_by(func.count().desc())
    for kind, count in await connection.execute(query):
        spelt.setdefault(kind_key(kind), kind)
        counts[kind_key(kind)] = counts.get(kind_key(kind), 0) + count
    found = [
        KindRule(kind=spelt[key], accepted=not rules.accepted or key in rules.accepted, certificates=count)
        for key, count in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.certificates, one.kind))


async def accept_kinds(connection: AsyncConnection, kinds: list[str], author: Author) -> CityRules:
    """Exactly these kinds count from now on; none, and every kind does.

    Raises:
        IdentityCardTyped, BadPersonField: one is empty
    """
    wanted = {kind_key(kind): checked_text("kind", kind, most=_LONGEST_KIND, least=1) for kind in kinds}
    if "" in wanted:
        raise BadPersonField("a kind has at least one letter")
    await lock_registry(connection)
    query = select(certificate_kinds.c.kind).order_by(certificate_kinds.c.kind)
    before = list((await connection.execute(query)).scalars())
    after = sorted(wanted.values())
    if before == after:
        return await load_city_rules(connection)
    await connection.execute(delete(certificate_kinds))
    if wanted:
        rows = [{"kind_key": key, "kind": kind} for key, kind in wanted.items()]
        await connection.execute(insert(certificate_kinds), rows)
    change = Change(
        kind="certificate_kinds", subject_id="*", action="accepted", before={"kinds": before}, after={"kinds": after}
    )
    await record(connection, change, author)
    await connection.execute(update(certificates).values(kind=certificates.c.kind))
    return await load_city_rules(connection)
