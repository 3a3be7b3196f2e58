"""Takes back what an import did to people, field by field: what somebody has said of one since stays, and is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, list_changes
from registry.importers.undoing.refusals import later_imports, refuse
from registry.importers.undoing.states import DAYS, TIMES, Paper, PersonState, load_kept, load_states
from registry.people_tables import PERSONAL_TABLES, import_people, invitations
from registry.personal.phones import phone_columns
from registry.personal.source_digests import digest_column
from registry.personal.standing import require_keys
from registry.repository import in_batches
from registry.storage.personal_keys import PersonalKeys
from registry.tables import certificates, rescuer_homes, rescuer_personal, rescuers

PERSON = "rescuer"
"""The kind of changes of people in the history."""

NOT_SHOWN = "not shown"

_FIELDS = {"name": "name", "phone_e164": "phone", "home": "home"}
"""What an import writes of a person and an officer may set, by what it is called."""

_ON_A_PHONE = frozenset(
    {"consents", "sessions", "push_subscriptions", "channel_addresses", "test_alarms", "rescuer_presences"}
)
_BY_AN_OFFICER = {
    "rescuer_profiles": "an officer has said more of them",
    "rescuer_availabilities": "an officer has said when they may be rung",
    "aed_keepers": "they keep an AED",
}
_SIGNED_IN = "they have signed in on a phone"
_FEW = 100


@dataclass(slots=True)
class TakenBack:
    """ids: whose data has changed. gone: of them those whom the import had brought. stays: by id what stays as it was
    set since, in words without anything personal. changes: for the history."""

    ids: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    stays: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class _Plan:
    """What becomes of one person. values: by field. papers: by ordinal, None: it goes. stays: what was set since."""

    values: dict[str, Any] = field(default_factory=dict)
    papers: dict[int, Paper | None] = field(default_factory=dict)
    stays: list[str] = field(default_factory=list)


async def take_back_people(
    connection: AsyncConnection, past: Row[Any], author: Author, keys: PersonalKeys
) -> TakenBack:
    """Whom the import changed is as before it, whom it brought is gone as if they had never been on a list; the next
    list that has them brings them anew. Who was erased since stays erased.

    Raises:
        NotUndone: a later import changed the same people
        MissingPersonalKey
    """
    await require_keys(connection, keys)
    column = import_people.c
    refuse(past, await later_imports(connection, past, column.import_id, column.rescuer_id, whom="people"))
    kept = await load_kept(connection, past.import_id, keys)
    await _hold(connection, sorted(kept))
    now, traces = await load_states(connection, sorted(kept), keys), await _traces(connection, sorted(kept))
    done = TakenBack()
    for rescuer_id, one in kept.items():
        if one is None:
            done.stays[rescuer_id] = "all: how they were before cannot be read, since somebody changed it here"
        elif one.before is None:
            await _take_out(connection, rescuer_id, _said_since(one.after, now[rescuer_id], traces[rescuer_id]), done)
        else:
            plan = _plan(one.before, one.after, now[rescuer_id])
            await _put_back(connection, rescuer_id, one.before, plan, keys)
            _note(done, rescuer_id, plan)
    for rescuer_id, hand in (await _hands_since(connection, sorted(done.stays), past.imported_at)).items():
        done.stays[rescuer_id] += f" ({hand})"
    return done


async def _hold(connection: AsyncConnection, rescuer_ids: Sequence[str]) -> None:
    """Nobody signs in, sets their duty or is erased meanwhile; in the order in which others hold people."""
    for some in in_batches(rescuer_ids):
        rows = select(rescuers.c.rescuer_id).where(rescuers.c.rescuer_id.in_(some)).order_by(rescuers.c.rescuer_id)
        await connection.execute(rows.with_for_update())


async def _traces(connection: AsyncConnection, rescuer_ids: Sequence[str]) -> dict[str, list[str]]:
    """By id what others than lists have said of people."""
    found: dict[str, list[str]] = {one: [] for one in rescuer_ids}
    for table in PERSONAL_TABLES:
        if table is invitations:
            # One that nobody has used goes with whom it was for.
            said, used = _SIGNED_IN, invitations.c.used_at.is_not(None)
        elif table.name in _ON_A_PHONE:
            said, used = _SIGNED_IN, None
        elif table.name in _BY_AN_OFFICER:
            said, used = _BY_AN_OFFICER[table.name], None
        else:
            continue
        for some in in_batches(rescuer_ids):
            query = select(table.c.rescuer_id).where(table.c.rescuer_id.in_(some)).distinct()
            for one in (await connection.execute(query if used is None else query.where(used))).scalars():
                found[one].append(said)
    return found


async def _hands_since(connection: AsyncConnection, rescuer_ids: Sequence[str], since: datetime) -> dict[str, str]:
    """By id who has changed a person last, as far as the history has it."""
    hands: dict[str, str] = {}
    for some in in_batches(rescuer_ids, _FEW):
        for one in await list_changes(connection, kind=PERSON, subject_ids=some, limit=_FEW * len(some)):
            if one.author.at >= since:
                told = f"last by {one.author.by} at {one.author.at:%Y-%m-%d %H:%M} UTC"
                hands.setdefault(one.change.subject_id, told)
    return hands


def _said_since(after: PersonState, now: PersonState, traces: Sequence[str]) -> list[str]:
    """What others than the list have said of a person whom it brought."""
    said = [f"their {word} was changed" for name, word in _FIELDS.items() if getattr(after, name) != getattr(now, name)]
    if _papers_of(after) != _papers_of(now):
        said.append("their certificates were changed")
    if (after.on_duty, after.duty_changed_at) != (now.on_duty, now.duty_changed_at):
        said.append("they have set their duty")
    if now.last_seen_at is not None:
        said.append(_SIGNED_IN)
    return list(dict.fromkeys([*said, *traces]))


async def _take_out(connection: AsyncConnection, rescuer_id: str, said: Sequence[str], done: TakenBack) -> None:
    if said:
        done.stays[rescuer_id] = f"all, though the import brought them: {', '.join(said)}"
        return
    for table in PERSONAL_TABLES:
        await connection.execute(delete(table).where(table.c.rescuer_id == rescuer_id))
    await connection.execute(delete(rescuers).where(rescuers.c.rescuer_id == rescuer_id))
    done.ids.append(rescuer_id)
    done.gone.append(rescuer_id)
    there = {"in the register": True}
    done.changes.append(Change(kind=PERSON, subject_id=rescuer_id, action="import_undone", before=there, after=None))


def _plan(before: PersonState, after: PersonState, now: PersonState) -> _Plan:
    plan = _Plan()
    for name, word in _FIELDS.items():
        was, left, stands = (getattr(one, name) for one in (before, after, now))
        if was == left:
            continue
        if stands != left or name in now.corrected or (name == "phone_e164" and was is None):
            plan.stays.append(word)
        else:
            plan.values[name] = was
    if before.on_duty != after.on_duty:
        if (now.on_duty, now.duty_changed_at) == (after.on_duty, after.duty_changed_at):
            plan.values["on_duty"] = before.on_duty
        else:
            plan.stays.append("duty")
    _plan_papers(plan, _papers_of(before), _papers_of(after), _papers_of(now))
    return plan


def _plan_papers(
    plan: _Plan, before: Mapping[int, Paper], after: Mapping[int, Paper], now: Mapping[int, Paper]
) -> None:
    renewed = {paper["follows"] for paper in now.values()} - {paper["follows"] for paper in after.values()}
    for ordinal in sorted({*before, *after}):
        was, left, stands = (one.get(ordinal) for one in (before, after, now))
        if was == left:
            continue
        if stands != left or ordinal in renewed:
            plan.stays.append(f"certificate {ordinal}")
        else:
            plan.papers[ordinal] = was


def _papers_of(state: PersonState) -> dict[int, Paper]:
    """Without the name of the list, which others may change."""
    return {one["ordinal"]: {key: value for key, value in one.items() if key != "source"} for one in state.papers}


async def _put_back(
    connection: AsyncConnection, rescuer_id: str, before: PersonState, plan: _Plan, keys: PersonalKeys
) -> None:
    # What the list said last is what it said before, so that the list of before changes nothing.
    row: dict[str, Any] = {
        "source_file": before.source_file,
        "source_digest": digest_column(before.digest, rescuer_id, keys) if before.digest else "",
        "imported_at": datetime.fromisoformat(before.imported_at),
    }
    if "on_duty" in plan.values:
        row["on_duty"] = plan.values["on_duty"]
    await connection.execute(update(rescuers).where(rescuers.c.rescuer_id == rescuer_id).values(row))
    contact = {"name": plan.values["name"]} if "name" in plan.values else {}
    if "phone_e164" in plan.values:
        contact |= phone_columns(rescuer_id, plan.values["phone_e164"], keys)
    if contact:
        mine = rescuer_personal.c.rescuer_id == rescuer_id
        await connection.execute(update(rescuer_personal).where(mine).values(contact))
    if "home" in plan.values:
        await connection.execute(delete(rescuer_homes).where(rescuer_homes.c.rescuer_id == rescuer_id))
        if plan.values["home"] is not None:
            home = {"rescuer_id": rescuer_id, "position": tuple(plan.values["home"])}
            await connection.execute(insert(rescuer_homes).values(home))
    await _put_papers_back(connection, rescuer_id, before, plan)


async def _put_papers_back(connection: AsyncConnection, rescuer_id: str, before: PersonState, plan: _Plan) -> None:
    row = certificates.c
    mine = row.rescuer_id == rescuer_id
    if plan.papers:
        await connection.execute(delete(certificates).where(mine, row.ordinal.in_(plan.papers)))
    list_now = select(rescuers.c.source).where(rescuers.c.rescuer_id == rescuer_id)
    name = (await connection.execute(list_now)).scalar_one()
    back = [one for one in before.papers if plan.papers.get(one["ordinal"]) is not None]
    if back:
        rows = [{"rescuer_id": rescuer_id, **_paper_row(one, before.source, name)} for one in back]
        await connection.execute(insert(certificates), rows)


def _paper_row(paper: Paper, list_then: str, list_now: str) -> Paper:
    """list_then, list_now: what the person's list was called, and what it is called now."""
    row = dict(paper)
    row["source"] = list_now if row["source"] == list_then else row["source"]
    for names, read in ((DAYS, date.fromisoformat), (TIMES, datetime.fromisoformat)):
        row |= {name: None if row[name] is None else read(row[name]) for name in names}
    return row


def _note(done: TakenBack, rescuer_id: str, plan: _Plan) -> None:
    done.ids.append(rescuer_id)
    if plan.stays:
        done.stays[rescuer_id] = f"{', '.join(plan.stays)}, as it was set since"
    changed = dict.fromkeys(_changed(plan), NOT_SHOWN)
    done.changes.append(
        Change(kind=PERSON, subject_id=rescuer_id, action="import_undone", before=changed, after=changed)
    )


def _changed(plan: _Plan) -> Iterator[str]:
    yield from plan.values
    yield from ["certificates"] if plan.papers else []
