"""An append to PostgreSQL as one statement: each statement more costs a journey to the server and back, and a call has
seven tables to be written to before a phone may ring."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    Integer,
    String,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.selectable import TableValuedAlias

from dispatch import tables as t
from dispatch.core.consequences import Notice, notices
from dispatch.core.policy import Policy
from dispatch.journal import rows as rows_of
from dispatch.journal.console_frames import stored_body
from dispatch.records import Appended, InboxRow
from registry.storage.server_statement import ServerStatement, find_table
from registry.storage.types import UtcDateTime
from registry.storage.words import json_text


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which tables a statement touches."""

    is_new: bool
    with_message: bool
    with_details: bool
    frees: bool
    takes: bool
    rests: bool
    tells: bool


def append_at_once(
    connection: Connection,
    appended: Appended,
    policy: Policy,
    *,
    callbacks: int,
    callback_rows: Sequence[rows_of.Row] = (),
) -> tuple[list[InboxRow], int | None]:
    """The inbox rows that were written, and the number of the incident's last callback, of which `callbacks` are new;
    None, with nothing to be kept, where somebody else has appended to the incident.

    appended: with at least one event. callback_rows: those that can be written with the rest, because the number of the
    last is known before; else the caller writes them in the same transaction.

    Raises:
        RowTaken: something is there already.
    """
    freed, taken = rows_of.reservation_changes(appended)
    rests = rows_of.rest_rows(appended, policy)
    shape = _Shape(
        is_new=appended.before is None,
        with_message=appended.message is not None,
        with_details=appended.details is not None,
        frees=bool(freed),
        takes=bool(taken),
        rests=bool(rests),
        tells=bool(callback_rows),
    )
    told = notices(appended.after, appended.events)
    events = rows_of.event_rows(appended)
    bodies = rows_of.inbox_bodies(appended, told, events)
    given = {
        **_prefixed("incident", rows_of.identity(appended) | rows_of.projection(appended, policy)),
        "known_version": appended.before.version if appended.before else 0,
        "callbacks": callbacks,
        "at": appended.at,
        "freed": freed,
        "taken": taken,
        **{f"rest_{name}": [row[name] for row in rests] for name in ("rescuer_id", "kind", "until")},
        **_event_arrays(events),
        **_inbox_arrays(told, bodies),
        **_callback_arrays(callback_rows),
    }
    if appended.message:
        given |= _prefixed("message", rows_of.message_row(appended.after.incident_id, appended.message))
    if appended.details:
        given |= _prefixed("details", rows_of.details_row(appended.after.incident_id, appended.details))
    found = _carry_out(connection, shape, given)
    last_callback: int | None = found[0][2]
    last_seq = {recipient: last for recipient, last, _ in found}
    return rows_of.inbox_rows(appended, told, bodies, last_seq), last_callback


def _carry_out(connection: Connection, shape: _Shape, given: rows_of.Row) -> Sequence[Any]:
    try:
        return _statement(shape).fetch(connection, given)
    except IntegrityError as error:
        table = find_table(error)
        # Of any other table nobody has been faster: the data are refused, and trying again would only hide why.
        if table not in {t.reservations.name, t.call_messages.name, t.incidents.name, t.events.name}:
            raise
        raise rows_of.RowTaken(table) from error


def _event_arrays(events: Sequence[rows_of.Row]) -> dict[str, list[Any]]:
    return {
        "event_seq": [event["seq"] for event in events],
        "event_type": [event["type"] for event in events],
        "event_version": [event["schema_version"] for event in events],
        "event_body": [json_text(event["body"]) for event in events],
    }


def _inbox_arrays(told: Sequence[Notice], bodies: Sequence[rows_of.Row]) -> dict[str, list[Any]]:
    recipients = Counter(notice.recipient for notice in told)
    # Always in one order, so that two processes that tell the same people never wait for each other.
    names = sorted(recipients)
    return {
        "inbox_recipient": names,
        "inbox_count": [recipients[name] for name in names],
        "told_recipient": [notice.recipient for notice in told],
        "told_back": rows_of.places_from_last(told),
        "told_kind": [notice.kind for notice in told],
        "told_alert": [notice.alert_id for notice in told],
        "told_body": [json_text(stored_body(body)) for body in bodies],
    }


def _callback_arrays(rows: Sequence[rows_of.Row]) -> dict[str, Any]:
    if not rows:
        return {}
    told = {f"callback_{name}": [row[name] for row in rows] for name in ("seq", "epoch", "type", "body")}
    # They were all made at one moment.
    return {**told, "callback_state": rows[0]["state"], "callback_at": rows[0]["written_at"]}


@cache
def _statement(shape: _Shape) -> ServerStatement:
    incident = _incident(shape)
    advanced = _advanced()
    parts = [_events(), _inbox(advanced)]
    if shape.with_message:
        parts.append(insert(t.call_messages).values(_bound("message", t.call_messages)).cte("message"))
    if shape.with_details:
        parts.append(_details())
    if shape.frees:
        held = t.reservations.c
        mine = held.incident_id == bindparam("incident_incident_id", type_=String)
        freed = bindparam("freed", type_=ARRAY(String))
        parts.append(delete(t.reservations).where(held.resource == func.any(freed), mine).cte("freed"))
    if shape.takes:
        parts.append(_taken())
    if shape.rests:
        parts.append(_rests())
    if shape.tells:
        parts.append(_callbacks())
    callback_count = select(incident.c.callback_count).scalar_subquery().label("callback_count")
    query = select(advanced.c.recipient, advanced.c.last_seq, callback_count)
    for part in parts:
        query = query.add_cte(part)
    return ServerStatement.of(query)


def _incident(shape: _Shape) -> CTE:
    row, count = t.incidents.c, t.incidents.c.callback_count
    new = bindparam("callbacks", type_=Integer)
    told = _bound("incident", t.incidents, "version", "status", "attention", "is_open", "deadline_at")
    if shape.is_new:
        said = _bound("incident", t.incidents, "incident_id", "integration", "cad_ref", "opened_at")
        opening = insert(t.incidents).values({**said, **told, "callback_count": new})
        return opening.returning(count).cte("incident")
    same = row.incident_id == bindparam("incident_incident_id", type_=String)
    unchanged = row.version == bindparam("known_version", type_=Integer)
    change = update(t.incidents).where(same, unchanged).values({**told, "callback_count": count + new})
    return change.returning(count).cte("incident")


def _details() -> CTE:
    put = upsert(t.incident_details).values(_bound("details", t.incident_details))
    changed = {column.name: column for column in put.excluded if column.name != "incident_id"}
    return put.on_conflict_do_update(index_elements=[t.incident_details.c.incident_id], set_=changed).cte("details")


def _taken() -> CTE:
    keys = _unnested("taken_keys", resource=("taken", String))
    rows = select(keys.c.resource, _incident_id(), _at())
    return insert(t.reservations).from_select(["resource", "incident_id", "reserved_at"], rows).cte("taken")


def _rests() -> CTE:
    given = _unnested(
        "given_rests",
        rescuer_id=("rest_rescuer_id", String),
        kind=("rest_kind", String),
        until=("rest_until", UtcDateTime),
    )
    put = upsert(t.rests).from_select(
        ["rescuer_id", "kind", "until"], select(given.c.rescuer_id, given.c.kind, given.c.until)
    )
    return put.on_conflict_do_update(
        index_elements=[t.rests.c.rescuer_id, t.rests.c.kind],
        set_={"until": put.excluded.until},
        where=t.rests.c.until < put.excluded.until,
    ).cte("new_rests")


def _callbacks() -> CTE:
    given = _unnested(
        "given_callbacks",
        seq=("callback_seq", Integer),
        epoch=("callback_epoch", String),
        type=("callback_type", String),
        body=("callback_body", Text),
    )
    at = bindparam("callback_at", type_=UtcDateTime())
    integration = bindparam("incident_integration", type_=String)
    state = bindparam("callback_state", type_=String)
    columns = {
        "incident_id": _incident_id(),
        "seq": given.c.seq,
        "epoch": given.c.epoch,
        "integration": integration,
        "type": given.c.type,
        "body": given.c.body,
        "state": state,
        "attempts": literal(0),
        "written_at": at,
        "tried_since": at,
        "next_attempt_at": at,
        "last_error": literal(""),
    }
    return insert(t.callbacks).from_select(list(columns), select(*columns.values())).cte("new_callbacks")


def _events() -> CTE:
    given = _unnested(
        "given_events",
        seq=("event_seq", Integer),
        type=("event_type", String),
        schema_version=("event_version", Integer),
        body=("event_body", Text),
    )
    body = cast(given.c.body, JSONB)
    rows = select(_incident_id(), given.c.seq, given.c.type, given.c.schema_version, _at(), body)
    into = ["incident_id", "seq", "type", "schema_version", "at", "body"]
    return insert(t.events).from_select(into, rows).cte("new_events")


def _advanced() -> CTE:
    given = _unnested("given_counts", recipient=("inbox_recipient", String), count=("inbox_count", Integer))
    fresh = upsert(t.inboxes).from_select(
        ["recipient", "last_seq", "acked_seq"], select(given.c.recipient, given.c.count, literal(0))
    )
    return (
        fresh.on_conflict_do_update(
            index_elements=[t.inboxes.c.recipient],
            set_={"last_seq": t.inboxes.c.last_seq + fresh.excluded.last_seq},
        )
        .returning(t.inboxes.c.recipient, t.inboxes.c.last_seq)
        .cte("advanced")
    )


def _inbox(advanced: CTE) -> CTE:
    given = _unnested(
        "given_frames",
        recipient=("told_recipient", String),
        back=("told_back", Integer),
        kind=("told_kind", String),
        alert_id=("told_alert", String),
        body=("told_body", Text),
    )
    rows = select(
        given.c.recipient,
        advanced.c.last_seq - given.c.back,
        given.c.kind,
        _incident_id(),
        given.c.alert_id,
        _at(),
        cast(given.c.body, JSONB),
    ).join_from(given, advanced, given.c.recipient == advanced.c.recipient)
    into = ["recipient", "seq", "kind", "incident_id", "alert_id", "at", "body"]
    return insert(t.inbox).from_select(into, rows).cte("new_frames")


def _unnested(alias: str, **columns: tuple[str, type[Any]]) -> TableValuedAlias:
    """A table of the arrays that are given under these names, one a column."""
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in columns.values()]
    named = [column(name, kind) for name, (_, kind) in columns.items()]
    return func.unnest(*arrays).table_valued(*named).render_derived(name=alias)


def _bound(prefix: str, table: Any, *names: str) -> dict[str, Any]:
    chosen = names or [column.name for column in table.c]
    return {name: bindparam(f"{prefix}_{name}", type_=table.c[name].type) for name in chosen}


def _prefixed(prefix: str, row: rows_of.Row) -> rows_of.Row:
    return {f"{prefix}_{name}": value for name, value in row.items()}


def _incident_id() -> Any:
    return bindparam("incident_incident_id", type_=String)


def _at() -> Any:
    return bindparam("at", type_=UtcDateTime())
