"""The form of a dialect's TOML file: every table and field, what may stand there, and what to write instead."""

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dispatch.contracts.webhook import MessageType
from dispatch.dialects.expressions import BadExpression, Expression
from dispatch.dialects.proof_forms import CallbackProof, Proof, StandardWebhooks
from dispatch.dialects.trees import Format
from dispatch.dialects.values import ISO, MINUTES, SECONDS, UNIX_MS, UNIX_S, Coordinates, Decimal
from geo.places.datum import UnknownDatum, parse_datum

IGNORED = "ignored"
"""What an event means that is nobody's business here: it is answered and not kept."""

MEANINGS = (*MessageType, IGNORED)


def _compiled(text: Any) -> Any:
    if not isinstance(text, str):
        raise ValueError("write a JMESPath expression in quotes")
    try:
        return Expression(text)
    except BadExpression as error:
        raise ValueError(str(error)) from error


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("write a time zone such as Asia/Shanghai") from error
    return name


def _known_datum(name: str) -> str:
    try:
        parse_datum(name)
    except UnknownDatum as error:
        raise ValueError("write wgs84, gcj02 or bd09") from error
    return name


def _meaning(name: Any) -> Any:
    if name not in MEANINGS:
        raise ValueError(f"write one of {', '.join(MEANINGS)}")
    return name


def _time_form(form: str) -> str:
    if form not in {ISO, UNIX_S, UNIX_MS} and not ("%Y" in form or "%y" in form or "%s" in form):
        raise ValueError("write iso, unix_s, unix_ms, or a pattern such as %Y-%m-%d %H:%M:%S")
    return form


def _part_name(name: str) -> str:
    if not re.fullmatch(r"_[a-z][a-z0-9_]*", name):
        raise ValueError("a part's name begins with _ and goes on in small letters, so that no field has it")
    return name


Compiled = Annotated[Expression, BeforeValidator(_compiled)]
TimeForm = Annotated[str, AfterValidator(_time_form)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Datum = Annotated[str, AfterValidator(_known_datum)]
Meaning = Annotated[str, BeforeValidator(_meaning)]


class Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class OnlyTable(Table):
    field: Compiled = Field(description="an expression for the kind of the message")
    among: tuple[str, ...] = Field(min_length=1, description="the kinds that are ours, a list of texts")


class MessageTable(Table):
    format: Format = Field(description="json or xml")
    encoding: Literal["utf-8", "gb18030", "gbk", "gb2312", "big5", "utf-16"] | None = Field(
        default=None, description="utf-8, gb18030, gbk, gb2312, big5 or utf-16; without it what the message declares"
    )
    id_header: str | None = Field(default=None, description="the header that holds the message's own id")
    lists: tuple[str, ...] = Field(
        default=(), description="names of XML elements that are lists also when there is one only"
    )
    embedded: dict[str, Format] = Field(
        default={}, description='names of texts that are messages in themselves: {name = "xml"}'
    )
    only: OnlyTable | None = Field(
        default=None, description="a table of field and among: other kinds are ignored, a message without a kind is not"
    )
    default_event: Meaning | None = Field(default=None, description="what a message without an event means")
    unshown: frozenset[str] = Field(
        default=frozenset(),
        description="names of fields that nobody needs to see; they are kept in the message all the same",
    )


class LocationTable(Table):
    lon: Compiled | None = Field(default=None, description="an expression for the longitude")
    lat: Compiled | None = Field(default=None, description="an expression for the latitude")
    datum: Compiled | None = Field(default=None, description="an expression for the datum, where messages name it")
    accuracy_m: Compiled | None = Field(default=None, description="an expression for the accuracy in metres")
    address: Compiled | None = Field(default=None, description="an expression for the address")
    floor: Compiled | None = Field(default=None, description="an expression for the floor")
    note: Compiled | None = Field(default=None, description="an expression for what helps to find the patient")

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon: write both lon and lat")
        return self


class FieldsTable(Table):
    cad_ref: Compiled = Field(description="an expression for 120's own reference of the call")
    type: Compiled | None = Field(default=None, description="an expression for the event's name")
    timestamp: Compiled | None = Field(default=None, description="an expression for when it happened in the centre")
    message_id: Compiled | None = Field(default=None, description="an expression for the message's own id")
    ambulance_eta: Compiled | None = Field(
        default=None, description="an expression for when the ambulance will be there"
    )
    caller_phone: Compiled | None = Field(default=None, description="an expression for the caller's number")
    location: LocationTable = Field(
        default=LocationTable(), description="a table of lon, lat, address, floor, note ..."
    )


class TimesTable(Table):
    form: TimeForm | tuple[TimeForm, ...] = Field(
        default=ISO, description="iso, unix_s, unix_ms, or a pattern such as %Y-%m-%d %H:%M:%S; or a list of them"
    )
    zone: Zone | None = Field(default=None, description="the zone of times without an offset, such as Asia/Shanghai")
    ambulance_eta: str | None = Field(
        default=None, description="minutes or seconds, where it is told how long; else a time form"
    )

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.form,) if isinstance(self.form, str) else self.form

    @model_validator(mode="after")
    def _known_eta(self) -> Self:
        if self.ambulance_eta not in {None, MINUTES, SECONDS}:
            try:
                _time_form(str(self.ambulance_eta))
            except ValueError as error:
                raise ValueError(f"ambulance_eta: {error}, or minutes or seconds") from error
        if self.zone is None and any("%" in form and "%z" not in form for form in self.forms):
            raise ValueError("zone: write one such as Asia/Shanghai: these times name no offset")
        return self


class NumbersTable(Table):
    decimal: Decimal = Field(default=".", description='the decimal mark, "." or ","')
    coordinates: Coordinates = Field(
        default="degrees", description="degrees, microdegrees, dms (113°40'16.3\"E) or nmea (11340.272)"
    )


class PlaceTable(Table):
    datum: Datum | None = Field(default=None, description="wgs84, gcj02 or bd09: there is no default")
    datums: dict[str, Datum] = Field(default={}, description='their names of datums and ours: {"1" = "gcj02"}')


class TextsTable(Table):
    blanks: frozenset[str] = Field(default=frozenset(), description='texts that say nothing, such as "未知" or "-"')
    clears: frozenset[str] = Field(default=frozenset(), description='texts that take back what was said, such as "无"')


class AnswerTable(Table):
    format: Literal["json", "xml", "text"] = Field(default="json", description="json, xml or text")
    status: int = Field(
        default=202, ge=200, le=299, description="the HTTP status of a message that was taken, 200 to 299"
    )
    body: str | dict[str, Any] = Field(
        description="what to answer: a table, or a text, with {expressions} in its texts"
    )
    codes: dict[str, str | int] = Field(
        default={},
        description="their codes by ours: accepted, duplicate, needs_attention, ignored, refused or a refusal's own",
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        check_body(self.format, self.body)
        return self


class CallbackTable(Table):
    format: Literal["json", "xml", "text"] = Field(default="json", description="json, xml or text")
    body: str | dict[str, Any] = Field(description="what to send: a table, or a text, with {expressions} in its texts")
    names: dict[str, str | int] = Field(
        default={}, description='their names of our events: {"incident.accepted" = "ACCEPT"}'
    )
    only: frozenset[str] | None = Field(default=None, description="the events that are sent; without it all")
    taken: Compiled | None = Field(
        default=None, description="an expression into the body of a 2xx that is true where the callback was taken"
    )
    time_form: TimeForm = Field(default=ISO, description="the form of times: iso, unix_s, unix_ms or a pattern")
    time_zone: Zone = Field(default="UTC", description="the zone of times, such as Asia/Shanghai")
    proof: CallbackProof = Field(default=StandardWebhooks(kind="standard_webhooks"), description="a table with kind")

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        check_body(self.format, self.body)
        return self


class DialectFile(Table):
    about: str = Field(default="", description="whose dialect it is")
    message: MessageTable = Field(description="a table with format")
    parts: dict[Annotated[str, AfterValidator(_part_name)], Compiled] = Field(
        default={}, description='expressions under names of their own, for use in later ones: {_place = "..."}'
    )
    fields: FieldsTable = Field(description="a table of expressions, cad_ref at least")
    events: dict[str, Meaning] = Field(default={}, description="a table of their events' names and ours")
    times: TimesTable = Field(default=TimesTable(), description="a table of form and zone")
    numbers: NumbersTable = Field(default=NumbersTable(), description="a table of decimal and coordinates")
    place: PlaceTable = Field(default=PlaceTable(), description="a table with datum")
    texts: TextsTable = Field(default=TextsTable(), description="a table of blanks and clears")
    proof: Proof = Field(description="a table with kind: standard_webhooks, hmac, token or client_certificate")
    answer: AnswerTable | None = Field(default=None, description="a table with body")
    callback: CallbackTable | None = Field(default=None, description="a table with body")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.fields.type is not None and not self.events:
            raise ValueError("events: write what their events mean, one of " + ", ".join(MEANINGS))
        if self.fields.type is None and self.message.default_event is None:
            raise ValueError("fields.type: write an expression for the event's name, or message.default_event")
        if self.fields.location.lon and not (self.place.datum or self.fields.location.datum):
            raise ValueError("place.datum: write wgs84, gcj02 or bd09; in China the wrong one is 300 to 600 m off")
        if self.message.id_header and self.fields.message_id:
            raise ValueError("message.id_header: write it or fields.message_id, not both")
        if self.fields.timestamp is None and not (self.message.id_header or self.fields.message_id):
            # The same bytes would then be the same message, and a call could be told in the words of an earlier one.
            raise ValueError("fields.timestamp: write it, or an expression for message_id, which tells messages apart")
        self.proof.check_id_header(self.message.id_header)
        return self


def check_body(form: str, body: str | dict[str, Any]) -> None:
    if isinstance(body, str) != (form == "text"):
        raise ValueError("body: write a text where format is text, else a table")
    if form == "xml" and len(body) != 1:
        raise ValueError("body: XML has one outermost element: write a table with one name")
