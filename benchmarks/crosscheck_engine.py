"""The other side of the cross-check: Valhalla's walks between given places.

It runs in an environment of its own, with pyvalhalla and nothing of this project: see crosscheck.py.
"""

import json
import subprocess
import sys
from pathlib import Path

import valhalla  # type: ignore[import-not-found,unused-ignore]
from valhalla import Actor, get_config

KM_H = 3.6
# The quickest way at one speed: the shortest one, nothing avoided for comfort, no path too hard or slow.
SAME_WORK = {
    "step_penalty": 0, "service_penalty": 0, "service_factor": 1, "walkway_factor": 1, "sidewalk_factor": 1,
    "alley_factor": 1, "driveway_factor": 1, "use_living_streets": 1, "use_tracks": 1, "use_lit": 0,
    "max_hiking_difficulty": 6, "max_distance": 20_000, "shortest": True,
}  # fmt: skip


def main() -> None:
    """Build tiles of an extract in a folder, then answer the pairs of a file into another."""
    extract, folder, pairs, answers = map(Path, sys.argv[1:5])
    tiles = folder / "tiles"
    tiles.mkdir(parents=True, exist_ok=True)
    config = get_config(tile_extract="", tile_dir=tiles)
    config["mjolnir"]["concurrency"] = 1
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    if not any(tiles.rglob("*.gph")):
        build_tiles = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
        subprocess.run([build_tiles, "-c", path, extract], check=True, capture_output=True)  # noqa: S603 - of the wheel
    actor = Actor(str(path))
    asked = json.loads(pairs.read_text(encoding="utf-8"))
    told = [_walk(actor, pair, asked["speed_m_s"]) for pair in asked["pairs"]]
    answers.write_text(json.dumps(told), encoding="utf-8")


def _walk(actor: Actor, pair: list[float], speed_m_s: float) -> dict[str, object]:
    places = [{"lon": pair[0], "lat": pair[1]}, {"lon": pair[2], "lat": pair[3]}]
    asked = {
        "locations": places,
        "costing": "pedestrian",
        "costing_options": {"pedestrian": {"walking_speed": speed_m_s * KM_H, **SAME_WORK}},
        "units": "kilometers",
        "directions_type": "none",
    }
    try:
        leg = actor.route(asked)["trip"]["legs"][0]
    except RuntimeError as error:
        return {"error": str(error)}
    shape = {"encoded_polyline": leg["shape"], "shape_match": "edge_walk", "costing": "pedestrian"}
    shape["costing_options"] = asked["costing_options"]
    try:
        traced = actor.trace_attributes(shape)["edges"]
    except RuntimeError:
        traced = []
    return {
        "time_s": leg["summary"]["time"],
        "length_m": leg["summary"]["length"] * 1000.0,
        "shape": leg["shape"],
        "edges": [{key: edge.get(key) for key in ("way_id", "length", "use", "names", "speed")} for edge in traced],
    }


if __name__ == "__main__":
    main()
