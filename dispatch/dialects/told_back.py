"""What a sender is told in its own words: the answer to each message, and callbacks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.access.hmac_scheme import HmacScheme, Request, get_key
from dispatch.callbacks.targets import standard_headers
from dispatch.dialects.expressions import BadExpression
from dispatch.dialects.form import AnswerTable, CallbackTable
from dispatch.dialects.proof_forms import CallbackToken, StandardWebhooks
from dispatch.dialects.templates import Template
from dispatch.dialects.trees import Tree, Unreadable, decode, read_tree
from dispatch.dialects.values import ISO, UNIX_MS, UNIX_S

REFUSED = "refused"
"""Under which a dialect may write one code for all refusals."""

_PLAINEST: Mapping[str, Any] = {
    "type": "incident.closed",
    "timestamp": "2026-01-05T00:00:00Z",
    "data": {
        "cad_ref": None,
        "incident_id": "",
        "seq": 1,
        "status": "closed",
        "counts": {"ringing": 0, "on_the_way": 0, "on_scene": 0, "aeds_on_scene": 0},
    },
}
"""What every callback holds at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """status: of what was taken. codes: theirs, by ours."""

    status: int
    template: Template
    codes: Mapping[str, str | int] = field(default_factory=dict)

    @classmethod
    def of(cls, table: AnswerTable) -> "AnswerForm":
        """Raises: ValueError: also where it could not say the plainest things."""
        form = cls(status=table.status, template=Template(table.body, table.format), codes=table.codes)
        # Of a message that could not be read nothing is there to echo.
        form.render(
            dict.fromkeys(("message_id", "incident_id", "attention", "detail"), "") | {"code": "accepted"}, None
        )
        form.render_refusal(REFUSED, "")
        return form

    @property
    def content_type(self) -> str:
        return self.template.content_type

    def render(self, answer: Mapping[str, Any], message: Tree) -> bytes:
        """Of a message that was taken. answer: the fields of our own answer; message: what it says, for whoever wants a
        part of it back.

        Raises:
            BadExpression
        """
        code = answer["code"]
        return self.template.render({**answer, "answer_code": self.codes.get(code, code), "message": message})

    def render_refusal(self, code: str, detail: str) -> bytes:
        """Raises: BadExpression."""
        theirs = self.codes.get(code, self.codes.get(REFUSED, code))
        return self.template.render({"code": code, "answer_code": theirs, "detail": detail, "changed": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackForm:
    """How callbacks are said and proved; what they tell is what all centres are told."""

    table: CallbackTable
    template: Template

    @classmethod
    def of(cls, table: CallbackTable) -> "CallbackForm":
        """Raises: ValueError: also where it could not say what every callback says."""
        form = cls(table=table, template=Template(table.body, table.format))
        form.template.render(form._values("cb_1", json.dumps(_PLAINEST)))
        return form

    def wants(self, kind: str) -> bool:
        return self.table.only is None or kind in self.table.only

    @property
    def reads_answers(self) -> bool:
        return self.table.taken is not None

    def took(self, answer: bytes) -> bool:
        """What cannot be read does not say so."""
        if self.table.taken is None:
            return True
        text, _ = decode(answer, None)
        try:
            tree = text.strip() if self.table.format == "text" else read_tree(text, form=self.table.format)
            return self.table.taken.find(tree) is True
        except (Unreadable, BadExpression):
            return False

    def request(
        self, callback_id: str, body: str, at: datetime, *, secrets: Sequence[str], path: str
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of one attempt at real time `at`. body: our own message.

        Raises:
            ValueError: the dialect cannot say it.
        """
        content = self.template.render(self._values(callback_id, body))
        unsigned = Request(headers={"content-type": self.template.content_type}, body=content, path=path)
        return {**self._proof_headers(callback_id, unsigned, at, secrets), **unsigned.headers}, content

    def _values(self, callback_id: str, body: str) -> Tree:
        message = json.loads(body)
        data = message["data"]
        if data.get("eta_at"):
            data["eta_at"] = self._time(data["eta_at"])
        kind = message["type"]
        return {
            **message,
            "timestamp": self._time(message["timestamp"]),
            "id": callback_id,
            "event": self.table.names.get(kind, kind),
        }

    def _time(self, told: str) -> str | int:
        return write_time(datetime.fromisoformat(told), self.table.time_form, self.table.time_zone)

    def _proof_headers(
        self, callback_id: str, unsigned: Request, at: datetime, secrets: Sequence[str]
    ) -> dict[str, str]:
        proof = self.table.proof
        if isinstance(proof, StandardWebhooks):
            return standard_headers(callback_id, unsigned.body.decode(), at, secrets)
        headers = {proof.id_header: callback_id} if proof.id_header else {}
        # Only the first: such receivers look for one signature or one token.
        if isinstance(proof, CallbackToken):
            return {**headers, proof.header: f"{proof.prefix}{secrets[0]}"}
        if proof.timestamp_header:
            headers[proof.timestamp_header] = str(write_time(at, proof.timestamp_form, "UTC"))
        scheme = HmacScheme(hash=proof.hash, text=proof.text, encoding=proof.encoding)
        signed = replace(unsigned, headers={**unsigned.headers, **headers})
        code = scheme.sign(get_key(secrets[0], proof.secret_form), signed)
        return {**headers, proof.signature_header: f"{proof.signature_prefix}{scheme.write(code)}"}


def write_time(at: datetime, form: str, zone: str) -> str | int:
    if form == UNIX_S:
        return int(at.timestamp())
    if form == UNIX_MS:
        return int(at.timestamp() * 1_000)
    there = at.astimezone(ZoneInfo(zone))
    return there.isoformat() if form == ISO else there.strftime(form)
