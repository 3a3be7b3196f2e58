"""AEDs in the terms of France's national register, Geo'DAE, as GeoJSON: what it asks for and we know.

Its columns and words are those of its published data set, as the importer's profile `geodae` has them. It numbers its
AEDs itself: `c_gid` is left out where a record does not come from a list that is called after it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from registry.exporters.columns import Column, ExportedAed
from registry.models import CLOSED_ACCESS, OPEN_ACCESS, Aed, AedState

STATES: Mapping[AedState, str] = {
    AedState.IN_SERVICE: "En fonctionnement",
    AedState.OUT_OF_SERVICE: "Hors service",
    AedState.MISSING: "Absent momentanément",
    # It has no word for it: for whoever comes it is not there.
    AedState.IN_USE: "Absent momentanément",
    AedState.UNKNOWN: "Non renseigné",
}
GONE = "Supprimé définitivement"
LIST = "geodae"
"""What the name of a list contains whose ids are theirs: "geodae", "Geo-DAE 2025"."""


def write_geodae(path: Path, rows: Sequence[ExportedAed], columns: Sequence[Column]) -> None:
    """One feature for each record that stands by itself; for the public without the ids of lists."""
    is_public = all(column.is_public for column in columns)
    standing = [row for row in rows if not row.aed.joined_to]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for number, row in enumerate(standing):
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row.aed.lon, row.aed.lat]},
                "properties": _told(row, is_public=is_public),
            }
            file.write((",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")


def _told(row: ExportedAed, *, is_public: bool) -> dict[str, object]:
    aed = row.aed
    return {
        "c_gid": int(aed.source_ref) if not is_public and _is_theirs(aed) else None,
        "c_nom": aed.name or None,
        "c_lat_coor1": aed.lat,
        "c_long_coor1": aed.lon,
        "c_acc": {None: None, True: "Intérieur", False: "Extérieur"}[aed.indoor],
        "c_acc_lib": _is_free(aed.access),
        "c_acc_etg": aed.floor or None,
        "c_acc_complt": aed.location_text or None,
        # Its few words for days and times lose what OSM's syntax says: only the whole week round the clock is the same.
        "c_disp_j": ["7j/7"] if aed.opening_hours == "24/7" else [],
        "c_disp_h": ["24h/24"] if aed.opening_hours == "24/7" else [],
        "c_disp_complt": None if aed.opening_hours == "24/7" else aed.opening_hours or None,
        "c_etat_fonct": GONE if aed.retired else STATES[aed.state],
    }


def _is_theirs(aed: Aed) -> bool:
    return LIST in "".join(filter(str.isalnum, aed.source.lower())) and aed.source_ref.isdecimal()


def _is_free(access: str) -> bool | None:
    word = access.strip().lower()
    return True if word in OPEN_ACCESS else False if word in CLOSED_ACCESS else None
