"""How an interface that wants a token before messages is spoken to, as data: what a file of the operator's can say."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PLACEHOLDER = re.compile(r"\{(\w+)\}")
KNOWN = frozenset({"address", "title", "text", "short", "url", "ref", "kind", "ttl_s", "at", "local_time"})
"""What may stand in braces in a body: the person's address there, words, the app's own address, what it is about, for
how many seconds it is worth something, and when it was, in ISO 8601 and as `2026-03-01 16:00` in the city's zone."""

AskAs = Literal["query", "form", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one such interface is spoken to.

    token_url, ask_as, token_fields: where the token is asked for, in which shape and with what; the answer is JSON
    with `access_token` and `expires_in`. send_url: `{token}` in it stands for the token; else it goes as a bearer.
    body: JSON in whose texts the words of `KNOWN` stand in braces. code_field: of the answer; "" where the HTTP status
    says all. taken, stale_token, address_over, address_refused: its codes for a message that was taken, a token to be
    fetched anew, an address that will never be good again, and one that wants nothing now.
    """

    name: str
    token_url: str
    ask_as: AskAs
    token_fields: Mapping[str, str] = field(repr=False)
    send_url: str
    body: Any
    code_field: str = ""
    taken: frozenset[str] = frozenset({"0"})
    stale_token: frozenset[str] = frozenset()
    address_over: frozenset[str] = frozenset()
    address_refused: frozenset[str] = frozenset()


def unknown_placeholders(body: Any) -> set[str]:
    """Words in braces that mean nothing here."""
    return set(PLACEHOLDER.findall(json.dumps(body))) - KNOWN


def filled(body: Any, words: Mapping[str, str]) -> Any:
    """The body with its words; one that stands in a word is left as it is."""
    if isinstance(body, str):
        return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), body)
    if isinstance(body, Mapping):
        return {key: filled(value, words) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, words) for value in body]
    return body
