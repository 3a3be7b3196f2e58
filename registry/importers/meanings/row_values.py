"""What a row of cells says of one AED, by what its columns mean."""

import html
import re
from collections.abc import Mapping
from typing import Any

from registry.importers.meanings.addresses import address_of, unique
from registry.importers.meanings.fields import OF_DEVICE, Field
from registry.importers.meanings.hours_cells import hours_values
from registry.importers.meanings.states import Said
from registry.importers.meanings.understanding import Understanding

LIFE = (
    *(Field.STATE, Field.UNAVAILABLE, Field.REMOVED, Field.DISUSED, Field.START_DATE, Field.END_DATE),
    *(Field.ACCESS, Field.PUBLIC, Field.LOCKED),
)
_TAG = re.compile(r"<[^>]*>")


def row_values(understanding: Understanding, cells: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a `RawAed` that columns tell, all but its position."""
    placed = unique(_plain_text(text) for text in understanding.values(cells, Field.LOCATION_TEXT))
    said: dict[str, tuple[str, ...]] = {
        field: values for field in LIFE if (values := understanding.values(cells, field))
    }
    return {
        "ref": understanding.first(cells, Field.REF),
        "name": _plain_text(understanding.first(cells, Field.NAME)),
        "location_text": "; ".join(unique((*placed, _plain_text(address_of(understanding, cells))))),
        "floor": understanding.first(cells, Field.FLOOR),
        "level": understanding.first(cells, Field.LEVEL),
        "indoor": understanding.first(cells, Field.INDOOR),
        "outdoor": understanding.first(cells, Field.OUTDOOR),
        **hours_values(understanding, cells),
        "time_zone": understanding.first(cells, Field.TIME_ZONE),
        "said": Said(cells=said, states=understanding.states, access=understanding.access),
        "device": device_texts(understanding, cells),
    }


def device_texts(understanding: Understanding, cells: Mapping[str, str]) -> Mapping[Field, tuple[str, ...]]:
    """What a row writes of the device, by meaning; only what says something."""
    written = {field: understanding.values(cells, field) for field in OF_DEVICE if field in understanding.by_field}
    return {
        field: texts for field, values in written.items() if (texts := tuple(filter(None, map(_plain_text, values))))
    }


def _plain_text(text: str) -> str:
    return " ".join(_TAG.sub(" ", html.unescape(text)).split()) if text else ""
