"""What an import changes of what is known, field by field, with examples of before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.devices.list_words import Spoken, differing
from registry.devices.telling import told

SHOWN_EXAMPLES = 3
_COMPARED = (
    *("name", "location_text", "position", "floor", "indoor", "access", "opening_hours", "time_zone", "state"),
    "source_ref",
)


@dataclass(slots=True)
class FieldDifference:
    """How many AEDs change in one field. examples: (AED as its source calls it, before, after), the first few."""

    count: int = 0
    examples: list[tuple[str, str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """A JSON object."""
        told = [{"aed": aed, "before": before, "after": after} for aed, before, after in self.examples]
        return {"count": self.count, "examples": told}


def note_differences(differences: dict[str, FieldDifference], before: Any, after: Mapping[str, Any]) -> None:
    """Count where a row of `registry.tables.aeds` is about to become another."""
    for name in _COMPARED:
        if getattr(before, name) != after[name]:
            _note(differences, name, str(after["source_ref"]), getattr(before, name), after[name])


def note_device_differences(differences: dict[str, FieldDifference], ref: str, spoken: Spoken) -> None:
    """Count where a device is about to become another. ref: the AED as its source calls it."""
    before, after = spoken.before(), spoken.after()
    shown = told(before), told(after)
    for name in differing(before, after):
        _note(differences, name, ref, shown[0][name], shown[1][name])


def _note(differences: dict[str, FieldDifference], name: str, ref: str, old: object, new: object) -> None:
    difference = differences.setdefault(name, FieldDifference())
    difference.count += 1
    if len(difference.examples) < SHOWN_EXAMPLES:
        difference.examples.append((ref, _told(old), _told(new)))


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{part:.6f}" for part in value)
    return "" if value is None else str(value)
