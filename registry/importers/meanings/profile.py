"""A profile: what the columns and words of one publisher's lists mean, written down once as TOML."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from registry.importers.files import ImportRefused, read_text
from registry.importers.meanings.fields import Field, day_columns
from registry.importers.meanings.keys import key
from registry.models import AedState

_SECTIONS = ("columns", "ignore", "states", "access", "name")
# JSON's strings are TOML's too.
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class BadProfile(ImportRefused):
    """A profile, or a `--map`, that cannot be used; the message says what is wrong with it."""

    code = "bad_profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a publisher's columns and words before they are looked at.

    columns: meaning by header; ignore: headers that are known and not wanted; states, access: meaning by word.
    """

    name: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    states: Mapping[str, AedState] = field(default_factory=dict)
    access: Mapping[str, str] = field(default_factory=dict)


def shipped_profiles() -> tuple[str, ...]:
    """The names of the profiles that come with the product."""
    folder = files("registry.importers.meanings") / "profiles"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def read_profile(name: str) -> Profile:
    """A profile that ships with the product, or a TOML file.

    Raises:
        BadProfile, UnreadableFile
    """
    if name in shipped_profiles():
        text = (files("registry.importers.meanings") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    elif Path(name).suffix == ".toml":
        text = read_text(Path(name))
    else:
        known = ", ".join(shipped_profiles())
        raise BadProfile(f"there is no profile {name!r}: give a .toml file or one of {known}")
    try:
        return _profile_of(tomllib.loads(text), name)
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"the profile {name} is not TOML: {error}") from error


def parse_maps(maps: Iterable[str]) -> dict[str, str]:
    """Meaning by header of `--map "HEADER=meaning"`; which meanings there are is up to the kind of list.

    Raises:
        BadProfile
    """
    found = {}
    for text in maps:
        header, equals, meaning = text.rpartition("=")
        if not equals or not header.strip() or not meaning.strip():
            raise BadProfile(f'--map {text!r}: write it as "COLUMN=meaning", such as "Horaires=opening_hours"')
        found[header.strip()] = meaning.strip()
    return found


def checked_meaning(meaning: str) -> str:
    """Raises: BadProfile: no column means that."""
    known = (*Field, *day_columns())
    if meaning not in known:
        raise BadProfile(f"no column means {meaning!r}: one of {', '.join(known)}")
    return meaning


def profile_text(profile: Profile) -> str:
    """The profile as TOML."""
    lines = [f'name = "{_escaped(profile.name)}"', "ignore = ["]
    lines += [f'    "{_escaped(header)}",' for header in profile.ignore]
    lines += ["]"]
    sections: Mapping[str, Mapping[str, str]] = {
        "columns": profile.columns,
        "states": profile.states,
        "access": profile.access,
    }
    for section, values in sections.items():
        lines += ["", f"[{section}]", *(f'"{_escaped(word)}" = "{value}"' for word, value in values.items())]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _profile_of(document: Mapping[str, Any], name: str) -> Profile:
    unknown = [section for section in document if section not in _SECTIONS]
    if unknown:
        raise BadProfile(f"the profile {name} has {', '.join(unknown)}: it may have {', '.join(_SECTIONS)}")
    tables = {section: _texts(document.get(section, {}), name, section) for section in ("columns", "states", "access")}
    ignore = document.get("ignore", [])
    if not isinstance(ignore, list):
        raise BadProfile(f"the profile {name}: ignore is a list of headers")
    try:
        states = {key(word): AedState(state) for word, state in tables["states"].items()}
    except ValueError as error:
        raise BadProfile(f"the profile {name}: {error}; one of {', '.join(AedState)}") from error
    return Profile(
        name=str(document.get("name", name)),
        columns={header: checked_meaning(meaning) for header, meaning in tables["columns"].items()},
        ignore=tuple(str(header) for header in ignore),
        states=states,
        access={key(word): value for word, value in tables["access"].items()},
    )


def _texts(table: object, name: str, section: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadProfile(f"the profile {name}: [{section}] is a table")
    return {str(word): str(value) for word, value in table.items()}
