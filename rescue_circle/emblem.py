"""The sign that pages bear: our own, or that of whoever runs the service, read and checked once at the start.

Whether an emblem may be used is not for us to know: the red cross and its sisters are protected, and belong to their
societies alone. The product itself uses none of them.
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from rescue_circle.web_pages import ASK_FIRST, WebFile

ADDRESS = "/emblem"
OUR_OWN = "/icon.svg"
MOST_BYTES = 256 * 1024
MOST_PX = 2_048
"""Larger pictures would be shown at 48 pixels all the same."""

PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
SVG = "http://www.w3.org/2000/svg"
ACTIVE = frozenset({"script", "foreignobject", "iframe", "embed", "object", "audio", "video"})
"""Elements that do something, or show what is no drawing."""
FROM_ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?(?!#|data:image/)", re.IGNORECASE)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
"""Of the emblem opened by itself: nothing in it runs, and nothing is fetched for it."""


class UnusableEmblem(ValueError):
    """The emblem cannot be shown; the message says what to do."""

    code = "unusable_emblem"


def read_emblem(path: Path) -> WebFile:
    """The picture at `path`, an SVG or a PNG of 256 KiB at most, as it is served at `ADDRESS`.

    Raises:
        UnusableEmblem: it cannot be read, is neither, is too large, or does more than being looked at.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnusableEmblem(f"{path} cannot be read: {error.strerror}") from error
    if len(body) > MOST_BYTES:
        raise UnusableEmblem(f"{path} is larger than {MOST_BYTES // 1024} KiB: save it smaller")
    if body.startswith(PNG_BEGINS):
        _check_png(path, body)
        content_type = "image/png"
    else:
        _check_svg(path, body)
        content_type = "image/svg+xml"
    headers = {"content-security-policy": POLICY, "x-content-type-options": "nosniff"}
    return WebFile(path=ADDRESS, body=body, content_type=content_type, caching=ASK_FIRST, headers=headers)


def with_emblem(files: Mapping[str, WebFile], path: Path | None) -> dict[str, WebFile]:
    """The pages' files and the emblem; without one of their own they bear ours.

    Raises:
        UnusableEmblem
    """
    if path is not None:
        return {**files, ADDRESS: read_emblem(path)}
    own = files.get(OUR_OWN)
    return {**files, **({ADDRESS: replace(own, path=ADDRESS)} if own else {})}


def _check_png(path: Path, body: bytes) -> None:
    if body[12:16] != b"IHDR" or len(body) < 33 or b"IEND" not in body[-12:]:
        raise UnusableEmblem(f"{path} is a damaged PNG: save it anew")
    width, height = struct.unpack(">II", body[16:24])
    if not (0 < width <= MOST_PX and 0 < height <= MOST_PX):
        raise UnusableEmblem(f"{path} has {width} x {height} pixels: {MOST_PX} each way are enough")


def _check_svg(path: Path, body: bytes) -> None:
    """A drawing and nothing else. A document type is refused before it is read, since it may define itself endless."""
    is_first = True

    def refuse(what: str) -> NoReturn:
        raise UnusableEmblem(f"{path} {what}: save it as a plain SVG drawing, or as a PNG")

    def element(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_first
        space, _, local = name.rpartition(" ")
        if is_first and (space, local) != (SVG, "svg"):
            refuse("is neither an SVG nor a PNG")
        is_first = False
        if local.lower() in ACTIVE:
            refuse(f"holds <{local}>")
        for key, value in attributes.items():
            attribute = key.rpartition(" ")[2].lower()
            if attribute.startswith("on"):
                refuse(f"holds the handler {attribute}")
            if attribute in {"href", "src"} and not value.strip().startswith(("#", "data:image/")):
                refuse("refers to another file")
            if FROM_ELSEWHERE.search(value):
                refuse("refers to another file")

    def text(said: str) -> None:
        if FROM_ELSEWHERE.search(said):
            refuse("refers to another file")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = lambda *_: refuse("holds a document type")
    parser.ProcessingInstructionHandler = lambda *_: refuse("holds a processing instruction")
    parser.StartElementHandler = element
    parser.CharacterDataHandler = text
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise UnusableEmblem(f"{path} is neither a well-formed SVG nor a PNG ({error})") from error
