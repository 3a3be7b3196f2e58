"""An append to SQLite by the driver itself, table by table: what `journal_at_once` is for PostgreSQL."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, Integer, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dispatch import tables as t
from dispatch.core.consequences import notices
from dispatch.core.policy import Policy
from dispatch.journal import rows as rows_of
from dispatch.records import Appended, CallRecord, Details, InboxRow
from registry.storage.driver_statements import DriverStatement, driver_of


def append_directly(
    connection: Connection,
    appended: Appended,
    policy: Policy,
    *,
    callbacks: int,
    callback_rows: Sequence[rows_of.Row] = (),
) -> tuple[list[InboxRow], int | None]:
    """The inbox rows that were written, and the number of the incident's last callback, of which `callbacks` are new;
    None, with nothing to be kept, where somebody else has appended to the incident.

    appended: with at least one event. callback_rows: those that are to be written with the rest.

    Raises:
        RowTaken: something is there already; the transaction must be undone.
    """
    driver = driver_of(connection)
    last_callback = _write_incident(driver, appended, policy, callbacks)
    if last_callback is None:
        return [], None
    if appended.message:
        _write_message(driver, appended.after.incident_id, appended.message)
    if appended.details:
        _write_details(driver, appended.after.incident_id, appended.details)
    _write_reservations(driver, appended)
    if rests := rows_of.rest_rows(appended, policy):
        _rests().run_many(driver, rests)
    events = rows_of.event_rows(appended)
    _events().run_many(driver, events)
    if callback_rows:
        _callbacks(tuple(callback_rows[0])).run_many(driver, callback_rows)
    return _write_inbox(driver, appended, events), last_callback


def _write_incident(driver: sqlite3.Connection, appended: Appended, policy: Policy, callbacks: int) -> int | None:
    projection = rows_of.projection(appended, policy)
    if appended.before is None:
        with _unless_taken(t.incidents.name):
            _new_incident().run(driver, {**rows_of.identity(appended), **projection, "callback_count": callbacks})
        return callbacks
    given = {
        **{f"new_{name}": value for name, value in projection.items()},
        "known_id": appended.after.incident_id,
        "known_version": appended.before.version,
        "new_callbacks": callbacks,
    }
    found = _changed_incident().run(driver, given)
    return int(found[0][0]) if found else None


def _write_message(driver: sqlite3.Connection, incident_id: str, message: CallRecord) -> None:
    with _unless_taken(t.call_messages.name):
        _message().run(driver, rows_of.message_row(incident_id, message))


def _write_details(driver: sqlite3.Connection, incident_id: str, details: Details) -> None:
    _details().run(driver, rows_of.details_row(incident_id, details))


def _write_reservations(driver: sqlite3.Connection, appended: Appended) -> None:
    freed, taken = rows_of.reservation_changes(appended)
    incident_id = appended.after.incident_id
    if freed:
        _freed().run_many(driver, [{"key": key, "holder": incident_id} for key in freed])
    if taken:
        rows = [{"resource": key, "incident_id": incident_id, "reserved_at": appended.at} for key in taken]
        with _unless_taken(t.reservations.name):
            _reserved().run_many(driver, rows)


def _write_inbox(driver: sqlite3.Connection, appended: Appended, events: Sequence[rows_of.Row]) -> list[InboxRow]:
    told = notices(appended.after, appended.events)
    counts = [[recipient, count] for recipient, count in Counter(notice.recipient for notice in told).items()]
    bodies = rows_of.inbox_bodies(appended, told, events)
    rows = rows_of.inbox_rows(appended, told, bodies, dict(_advanced().run(driver, {"counts": counts})))
    _inbox().run_many(driver, [rows_of.inbox_values(row) for row in rows])
    return rows


@contextmanager
def _unless_taken(table: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise rows_of.RowTaken(table) from error


@cache
def _new_incident() -> DriverStatement:
    told = ("version", "status", "attention", "is_open", "deadline_at", "callback_count")
    return DriverStatement.of(insert(t.incidents), ("incident_id", "integration", "cad_ref", "opened_at", *told))


@cache
def _changed_incident() -> DriverStatement:
    row, count = t.incidents.c, t.incidents.c.callback_count
    known = row.incident_id == bindparam("known_id", type_=row.incident_id.type)
    unchanged = row.version == bindparam("known_version", type_=Integer)
    told = {
        name: bindparam(f"new_{name}", type_=row[name].type)
        for name in ("version", "status", "attention", "is_open", "deadline_at")
    }
    change = update(t.incidents).where(known, unchanged)
    return DriverStatement.of(
        change.values({**told, "callback_count": count + bindparam("new_callbacks", type_=Integer)}).returning(count)
    )


@cache
def _message() -> DriverStatement:
    return DriverStatement.of(insert(t.call_messages), t.call_messages.c.keys())


@cache
def _details() -> DriverStatement:
    given = {column.name: bindparam(column.name, type_=column.type) for column in t.incident_details.c}
    put = upsert(t.incident_details).values(given)
    changed = {column.name: column for column in put.excluded if column.name != "incident_id"}
    return DriverStatement.of(
        put.on_conflict_do_update(index_elements=[t.incident_details.c.incident_id], set_=changed)
    )


@cache
def _freed() -> DriverStatement:
    held = t.reservations.c
    key, holder = bindparam("key", type_=held.resource.type), bindparam("holder", type_=held.incident_id.type)
    return DriverStatement.of(delete(t.reservations).where(held.resource == key, held.incident_id == holder))


@cache
def _reserved() -> DriverStatement:
    return DriverStatement.of(insert(t.reservations), t.reservations.c.keys())


@cache
def _rests() -> DriverStatement:
    put = upsert(t.rests).values({column.name: bindparam(column.name, type_=column.type) for column in t.rests.c})
    longer = t.rests.c.until < put.excluded.until
    return DriverStatement.of(
        put.on_conflict_do_update(
            index_elements=[t.rests.c.rescuer_id, t.rests.c.kind], set_={"until": put.excluded.until}, where=longer
        )
    )


@cache
def _events() -> DriverStatement:
    return DriverStatement.of(insert(t.events), t.events.c.keys())


@cache
def _inbox() -> DriverStatement:
    return DriverStatement.of(insert(t.inbox), t.inbox.c.keys())


@cache
def _callbacks(names: tuple[str, ...]) -> DriverStatement:
    return DriverStatement.of(insert(t.callbacks), names)


@cache
def _advanced() -> DriverStatement:
    given = func.json_each(bindparam("counts", type_=t.inbox.c.body.type)).table_valued("value", name="given")
    recipient = func.json_extract(given.c.value, literal_column("'$[0]'"))
    count = func.json_extract(given.c.value, literal_column("'$[1]'"))
    # Without a WHERE the parser would take ON CONFLICT for the condition of a join.
    rows = select(recipient, count, literal_column("0")).where(literal_column("true"))
    fresh = upsert(t.inboxes).from_select(["recipient", "last_seq", "acked_seq"], rows)
    advanced = fresh.on_conflict_do_update(
        index_elements=[t.inboxes.c.recipient], set_={"last_seq": t.inboxes.c.last_seq + fresh.excluded.last_seq}
    )
    return DriverStatement.of(advanced.returning(t.inboxes.c.recipient, t.inboxes.c.last_seq))
