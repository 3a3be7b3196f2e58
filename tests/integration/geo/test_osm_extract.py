"""OSM extracts, drawn by hand, become the network that a walker would draw."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import osmium
import pytest

from geo.streets.network_builder import BuildSummary, EmptyNetwork
from geo.streets.osm import UnreadableExtract, UnsortedExtract, build_from_osm
from geo.streets.pace import LIFT_WAIT_S, SIGNAL_WAIT_S, WALKING
from geo.streets.streets_by_time import StreetsByTime
from geo.streets.walk_network import EdgeFlag, Snap, WalkNetwork
from geo.walking.walk_time import find_route, get_route

LON0, LAT0 = 113.6, 34.7
STEP_LON, STEP_LAT = 0.001 / 0.9160, 0.001 / 1.1094


class Drawing:
    """An extract on a raster of 100 m."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[float, float], int] = {}
        self._tags: dict[int, dict[str, str]] = {}
        self._items: list[str] = []

    def node(self, x: float, y: float, **tags: str) -> int:
        number = self._nodes.setdefault((x, y), len(self._nodes) + 1)
        self._tags.setdefault(number, {}).update(tags)
        return number

    def way(self, *points: tuple[float, float], **tags: str) -> int:
        number = len(self._items) + 1
        refs = "".join(f'<nd ref="{self.node(*point)}"/>' for point in points)
        self._items.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')
        return number

    def relation(self, outer: int, **tags: str) -> None:
        member = f'<member type="way" ref="{outer}" role="outer"/>'
        self._items.append(f'<relation id="1" version="1">{member}{_tags(tags)}</relation>')

    def text(self) -> str:
        nodes = "".join(
            f'<node id="{number}" version="1" lon="{LON0 + x * STEP_LON:.7f}" lat="{LAT0 + y * STEP_LAT:.7f}">'
            f"{_tags(self._tags[number])}</node>"
            for (x, y), number in self._nodes.items()
        )
        return f'<?xml version="1.0"?><osm version="0.6">{nodes}{"".join(self._items)}</osm>'

    def build(self, folder: Path, *, on: date | None = None) -> tuple[WalkNetwork, BuildSummary]:
        path = folder / "drawing.osm"
        path.write_text(self.text(), encoding="utf-8")
        return build_from_osm(path, on=on)


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


def at(network: WalkNetwork, x: float, y: float) -> Snap:
    return network.snap_one(LON0 + x * STEP_LON, LAT0 + y * STEP_LAT)


def length_m(network: WalkNetwork, start: tuple[float, float], end: tuple[float, float]) -> float:
    return get_route(network, at(network, *start), at(network, *end)).length_m


def test_ways_meet_where_they_share_a_point_and_carry_their_names(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (1, 0), (2, 0), highway="residential", name="经三路", oneway="yes")
    drawing.way((1, -1), (1, 0), (1, 1), highway="footway")

    network, summary = drawing.build(tmp_path)

    route = get_route(network, at(network, 2, 0), at(network, 1, 1))
    assert (summary.nodes, summary.edges) == (5, 4)
    assert route.length_m == pytest.approx(200.0, abs=1.0)
    assert [step.street for step in route.steps] == ["经三路", ""]


def test_what_is_left_out_is_counted_with_its_reason(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (1, 0), highway="residential")
    drawing.way((0, 1), (1, 1), highway="motorway")
    drawing.way((0, 2), (1, 2), highway="construction")
    drawing.way((0, 3), (1, 3), highway="footway", foot="no")

    _, summary = drawing.build(tmp_path)

    assert summary.left_out == {
        "for cars only": 1,
        "highway=construction is no street to walk": 1,
        "closed to walkers": 1,
    }


def test_a_closed_barrier_is_walked_up_to_from_both_sides_but_not_through(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.node(2, 0, barrier="gate", access="no")
    drawing.way((0, 0), (2, 0), (4, 0), highway="service")
    drawing.way((0, 0), (0, 3), (4, 3), (4, 0), highway="residential")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (1.9, 0), (2.1, 0)) == pytest.approx(1_380.0, abs=5.0)


def test_a_square_is_crossed_and_not_walked_around(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (2, 0), (2, 2), (0, 2), (0, 0), highway="pedestrian", area="yes")
    drawing.way((-1, 0), (0, 0), highway="footway")
    drawing.way((2, 2), (3, 2), highway="footway")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (0, 0), (2, 2)) == pytest.approx(283.0, abs=2.0)


def test_a_square_drawn_as_a_relation_is_crossed_too(tmp_path: Path) -> None:
    drawing = Drawing()
    rim = drawing.way((0, 0), (2, 0), (2, 2), (0, 2), (0, 0))
    drawing.way((-1, 0), (0, 0), highway="footway")
    drawing.way((2, 2), (3, 2), highway="footway")
    drawing.relation(rim, type="multipolygon", highway="pedestrian")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (-1, 0), (3, 2)) == pytest.approx(483.0, abs=3.0)


def test_a_place_between_a_street_and_a_square_that_does_not_meet_it_stands_at_the_street(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (0, 10), highway="residential")
    drawing.way((0, 10), (4, 10), highway="residential")
    drawing.way((0.3, 2), (4, 2), (4, 6), (0.3, 6), (0.3, 2), highway="pedestrian", area="yes")
    drawing.way((4, 6), (4, 10), highway="footway")
    network, _ = drawing.build(tmp_path)

    walk = get_route(network, at(network, 0.17, 4), at(network, 0, 1))

    # 17 m to the street and 300 m along it; by the square's rim, which is nearer, it is over a kilometre.
    assert walk.length_m == pytest.approx(317.0, abs=3.0)


@pytest.mark.parametrize("kind", [{"bridge": "yes", "layer": "1"}, {"tunnel": "yes", "layer": "-1"}])
def test_whoever_is_beside_a_bridge_or_a_tunnel_stands_at_the_street_under_or_over_it(
    tmp_path: Path, kind: dict[str, str]
) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (10, 0), highway="residential")
    drawing.way((0, 0), (0, -5), (5, -5), highway="residential")
    drawing.way((5, -5), (5, 5), highway="footway", **kind)
    network, _ = drawing.build(tmp_path)

    walk = get_route(network, at(network, 5.05, 0.18), at(network, 6, 0))

    assert walk.length_m == pytest.approx(18.0 + 95.0, abs=3.0)


def beside_a_street(folder: Path, drawing: Drawing, **tags: str) -> float:
    """From the far end of a square, the only one that a footway meets, to the street 10 m in front of it."""
    drawing.way((0, 0), (10, 0), highway="residential")
    drawing.way((4, 0.1), (6, 0.1), (6, 4), (4, 4), (4, 0.1), **{"highway": "pedestrian", "area": "yes", **tags})
    drawing.way((4, 4), (4, 9), (0, 9), (0, 0), highway="footway")
    drawing.way((6, 4), (6, 5), (4, 5), highway="footway")
    network, _ = drawing.build(folder)
    return length_m(network, (5, 4), (5, 0))


def test_one_steps_from_deep_inside_a_square_onto_the_street_that_runs_beside_it_unjoined(tmp_path: Path) -> None:
    assert beside_a_street(tmp_path, Drawing()) == pytest.approx(600.0, abs=4.0)


@pytest.mark.parametrize("tags", [{"highway": "platform"}, {"layer": "1"}, {"access": "private"}, {"indoor": "yes"}])
def test_one_does_not_step_from_a_platform_a_roof_or_private_ground(tmp_path: Path, tags: dict[str, str]) -> None:
    assert beside_a_street(tmp_path, Drawing(), **tags) > 1_500.0


def test_one_does_not_step_over_a_fence_between_a_square_and_a_street(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((3, 0.05), (7, 0.05), barrier="fence")

    assert beside_a_street(tmp_path, drawing) > 1_500.0


def test_whoever_is_on_a_long_bridge_stays_on_it(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (10, 0), highway="footway", bridge="yes")
    drawing.way((0, 0), (0, 5), highway="residential")
    network, _ = drawing.build(tmp_path)

    assert at(network, 5, 0.05).distance_m == pytest.approx(5.0, abs=0.5)


def test_whoever_is_on_a_platform_walks_along_it_to_where_it_is_left(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (3, 0), (9, 0), highway="residential")
    drawing.way((3, 1), (9, 1), railway="platform")
    drawing.way((3, 1), (3, 0), highway="footway")
    drawing.way((0, 2), (9, 2), railway="rail")
    network, _ = drawing.build(tmp_path)

    assert at(network, 8, 1).distance_m == pytest.approx(0.0, abs=1.0)
    assert length_m(network, (8, 1), (8, 0)) == pytest.approx(500.0 + 100.0 + 500.0, abs=4.0)


def test_an_escalator_carries_one_way_only(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (1, 0), highway="steps", conveying="forward")
    drawing.way((0, 0), (0, 1), (1, 1), (1, 0), highway="footway")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (0, 0), (1, 0)) == pytest.approx(100.0, abs=1.0)
    assert length_m(network, (1, 0), (0, 0)) == pytest.approx(300.0, abs=2.0)


def test_private_ground_is_entered_but_not_crossed(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (2, 0), highway="service", access="private")
    drawing.way((0, 0), (0, 2), (2, 2), (2, 0), highway="residential")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (0, 0.5), (2, 0.5)) == pytest.approx(500.0, abs=2.0)
    assert length_m(network, (0, 1), (0.5, 0)) == pytest.approx(150.0, abs=2.0)
    assert network.edge_flags[at(network, 1, 0).edge] & EdgeFlag.PRIVATE


def test_a_private_gate_is_no_short_cut_but_leads_to_what_lies_behind_it(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.node(2, 0, barrier="gate", access="private")
    drawing.node(2, 3, barrier="gate", access="private")
    drawing.way((0, 0), (2, 0), (4, 0), highway="service")
    drawing.way((0, 0), (0, 3), (4, 3), (4, 0), highway="residential")
    drawing.way((2, 3), (2, 5), (3, 5), highway="residential", name="小区")

    network, _ = drawing.build(tmp_path)

    # Past the first gate there is a way round; the compound behind the second one has no other.
    assert length_m(network, (1.9, 0), (2.1, 0)) == pytest.approx(1_380.0, abs=5.0)
    assert length_m(network, (0, 3), (3, 5)) == pytest.approx(500.0, abs=3.0)
    assert length_m(network, (3, 5), (0, 3)) == pytest.approx(500.0, abs=3.0)
    assert at(network, 2, 3).distance_m < 1.0


def test_a_private_gate_where_ways_end_joins_none_of_them_to_another(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.node(2, 0, barrier="gate", access="private")
    drawing.way((0, 0), (2, 0), highway="residential")
    drawing.way((2, 0), (4, 0), highway="residential")
    drawing.way((0, 0), (0, 3), (4, 3), (4, 0), highway="residential")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (1.9, 0), (2.1, 0)) == pytest.approx(1_380.0, abs=5.0)


def test_a_gate_on_private_ground_costs_nothing_more(tmp_path: Path) -> None:
    def walk_s(**tags: str) -> float:
        drawing = Drawing()
        drawing.node(2, 1, **tags)
        drawing.way((0, 0), (4, 0), highway="residential")
        drawing.way((2, 0), (2, 1), (2, 2), highway="service", access="private")
        network, _ = drawing.build(tmp_path)
        return get_route(network, at(network, 0, 0), at(network, 2, 2)).walk_time_s

    assert walk_s(barrier="gate", access="private") == pytest.approx(walk_s(), abs=0.2)


NOON, NIGHT = (datetime(2026, 11, 30, hour, tzinfo=UTC) for hour in (12, 23))


def round_a_park(drawing: Drawing) -> None:
    drawing.way((0, 0), (0, 3), (4, 3), (4, 0), highway="residential")


def across_m(network: WalkNetwork, now: datetime) -> float:
    return length_m(StreetsByTime(network, UTC).at(now), (0, 0.1), (4, 0.1))


@pytest.mark.parametrize(
    "tags",
    [
        {"opening_hours": "06:00-22:00"},
        {"access:conditional": "no @ (22:00-06:00)"},
        {"foot": "no", "foot:conditional": "yes @ (06:00-22:00)"},
    ],
)
def test_a_path_with_hours_is_no_short_cut_by_night(tmp_path: Path, tags: dict[str, str]) -> None:
    drawing = Drawing()
    round_a_park(drawing)
    drawing.way((0, 0), (2, 0), (4, 0), highway="footway", **tags)

    network, summary = drawing.build(tmp_path)

    assert across_m(network, NOON) == pytest.approx(420.0, abs=2.0)
    assert across_m(network, NIGHT) == pytest.approx(980.0, abs=4.0)
    assert summary.with_hours_km == pytest.approx(0.4, abs=0.01)


def test_behind_gates_that_are_shut_by_night_a_park_is_reached_and_left_but_not_crossed(tmp_path: Path) -> None:
    drawing = Drawing()
    round_a_park(drawing)
    for x in (1, 3):
        drawing.node(x, 0, barrier="gate", opening_hours="06:00-22:00")
    drawing.way((0, 0), (1, 0), (2, 0), (3, 0), (4, 0), highway="footway")

    network, summary = drawing.build(tmp_path)
    by_night = StreetsByTime(network, UTC).at(NIGHT)

    assert across_m(network, NOON) == pytest.approx(420.0, abs=2.0)
    assert across_m(network, NIGHT) == pytest.approx(980.0, abs=4.0)
    assert length_m(by_night, (0, 0), (2, 0)) == pytest.approx(200.0, abs=2.0)
    assert length_m(by_night, (2, 0), (4, 0)) == pytest.approx(200.0, abs=2.0)
    assert summary.with_hours > 0


def test_works_close_a_way_on_the_days_that_they_last(tmp_path: Path) -> None:
    drawing = Drawing()
    round_a_park(drawing)
    drawing.way((0, 0), (4, 0), highway="footway", **{"foot:conditional": "no @ (2026 Nov 1-2026 Dec 31)"})

    during, told = drawing.build(tmp_path, on=date(2026, 11, 30))
    after, told_after = drawing.build(tmp_path, on=date(2027, 1, 2))

    assert length_m(during, (0, 0.1), (4, 0.1)) == pytest.approx(980.0, abs=4.0)
    assert length_m(after, (0, 0.1), (4, 0.1)) == pytest.approx(420.0, abs=2.0)
    assert told.left_out == {"closed on the day of the build": 1}
    assert list(told_after.notes.values()) == [1]


def test_a_street_behind_private_ground_is_reached_over_it(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (5, 0), highway="residential")
    drawing.way((2, 0), (2, 1), highway="service", access="private")
    drawing.way((2, 1), (2, 2), highway="service", service="driveway")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (0, 0), (2, 2)) == pytest.approx(400.0, abs=2.0)
    assert length_m(network, (2, 2), (0, 0)) == pytest.approx(400.0, abs=2.0)


def test_a_customers_car_park_is_crossed(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (2, 0), highway="service", access="customers")
    drawing.way((0, 0), (0, 2), (2, 2), (2, 0), highway="residential")

    network, _ = drawing.build(tmp_path)

    assert length_m(network, (0, 0.5), (2, 0.5)) == pytest.approx(300.0, abs=2.0)


def test_one_steps_onto_a_square_from_a_street_drawn_across_it_but_not_from_a_bridge(tmp_path: Path) -> None:
    def way_across(**tags: str) -> float:
        drawing = Drawing()
        drawing.way((0, 0), (2, 0), (2, 2), (0, 2), (0, 0), highway="pedestrian", area="yes")
        drawing.way((2, 0), (9, 0), (9, 1), highway="residential")
        drawing.way((-1, 1), (1, 1), (9, 1), highway="residential", **tags)
        network, _ = drawing.build(tmp_path)
        return length_m(network, (2, 0), (1, 1))

    assert way_across() == pytest.approx(141.0, abs=2.0)
    assert way_across(bridge="yes", layer="1") == pytest.approx(1600.0, abs=2.0)


def test_who_crosses_waits_at_the_signal_and_who_follows_the_road_does_not(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.node(1, 1, highway="crossing", crossing="traffic_signals")
    drawing.way((0, 1), (1, 1), (2, 1), highway="secondary")
    drawing.way((1, 0), (1, 1), (1, 2), highway="footway")

    network, _ = drawing.build(tmp_path)

    def extra_s(start: tuple[float, float], end: tuple[float, float]) -> float:
        route = get_route(network, at(network, *start), at(network, *end), speed_m_s=WALKING.speed_m_s)
        return route.walk_time_s - route.length_m / WALKING.speed_m_s

    assert extra_s((1, 0), (1, 2)) == pytest.approx(SIGNAL_WAIT_S, abs=0.1)
    assert extra_s((0, 1), (2, 1)) == pytest.approx(0.0, abs=0.1)


def test_everybody_waits_at_a_junction_with_signals(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.node(1, 1, highway="traffic_signals")
    drawing.way((0, 1), (1, 1), (2, 1), highway="secondary")

    network, _ = drawing.build(tmp_path)

    route = get_route(network, at(network, 0, 1), at(network, 2, 1), speed_m_s=WALKING.speed_m_s)
    assert route.walk_time_s - route.length_m / WALKING.speed_m_s == pytest.approx(SIGNAL_WAIT_S, abs=0.1)


@pytest.mark.parametrize("as_way", [False, True])
def test_whoever_takes_a_lift_between_two_levels_waits_for_it(tmp_path: Path, as_way: bool) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (1, 0), highway="footway", level="0")
    if as_way:
        drawing.way((1, 0), (1.02, 0), highway="elevator")
        drawing.way((1.02, 0), (2, 0), highway="footway", level="1")
    else:
        drawing.node(1, 0, highway="elevator")
        drawing.way((1, 0), (2, 0), highway="footway", level="1")
    network, _ = drawing.build(tmp_path)

    route = get_route(network, at(network, 0, 0), at(network, 2, 0), speed_m_s=WALKING.speed_m_s)

    assert route.walk_time_s - route.length_m / WALKING.speed_m_s == pytest.approx(LIFT_WAIT_S, abs=0.1)


def test_points_that_the_extract_lacks_cut_the_way(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (1, 0), (2, 0), (3, 0), (4, 0), highway="residential")
    path = tmp_path / "cut.osm"
    text = drawing.text()
    start = text.index('<node id="3"')
    path.write_text(text[:start] + text[text.index("</node>", start) + len("</node>") :], encoding="utf-8")

    network, summary = build_from_osm(path)

    assert summary.left_out["points that the extract lacks"] == 1
    assert summary.fragments == 1
    assert find_route(network, at(network, 0, 0), at(network, 1, 0)) is not None


def test_an_editors_file_has_its_new_streets_and_not_its_deleted_ones(tmp_path: Path) -> None:
    path = tmp_path / "edited.osm"
    places = {1: (0, 0), 2: (4, 0), -3: (0, 3), -4: (4, 3)}
    nodes = "".join(
        f'<node id="{number}" lon="{LON0 + x * STEP_LON}" lat="{LAT0 + y * STEP_LAT}"/>'
        for number, (x, y) in places.items()
    )
    highway = '<tag k="highway" v="footway"/>'
    straight = f'<way id="5" version="1" action="delete"><nd ref="1"/><nd ref="2"/>{highway}</way>'
    around = f'<way id="-6"><nd ref="1"/><nd ref="-3"/><nd ref="-4"/><nd ref="2"/>{highway}</way>'
    path.write_text(f'<osm version="0.6" generator="JOSM">{nodes}{straight}{around}</osm>', encoding="utf-8")

    network, _ = build_from_osm(path)

    assert (network.name, network.source.split(",")[0]) == ("edited", "edited.osm")
    assert length_m(network, (0, 0), (4, 0)) == pytest.approx(1_000.0, abs=4.0)


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osh.pbf", ".osm.pbf"])
def test_of_two_versions_of_a_node_the_newer_place_counts_and_a_street_that_is_gone_is_gone(
    tmp_path: Path, suffix: str
) -> None:
    def node(number: int, version: int, x: float) -> str:
        at = f'lon="{LON0 + x * STEP_LON}" lat="{LAT0}"'
        return f'<node id="{number}" version="{version}" visible="true" {at}/>'

    nodes = node(1, 1, 0) + node(2, 1, 2) + node(2, 2, 3)
    way = '<nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>'
    ways = f'<way id="1" version="1" visible="true">{way}<way id="2" version="1" visible="true">{way}'
    text = f'<osm version="0.6">{nodes}{ways}<way id="2" version="2" visible="false"/></osm>'
    drawn = tmp_path / "drawn.osm"
    drawn.write_text(text, encoding="utf-8")
    path = tmp_path / f"history{suffix}"
    if suffix.endswith(".pbf"):
        # Not every program that puts versions one behind the other says so in the header.
        header = osmium.io.Header()
        header.has_multiple_object_versions = suffix == ".osh.pbf"
        with osmium.SimpleWriter(osmium.io.File(str(path), suffix.removeprefix(".")), header=header) as writer:
            for item in osmium.FileProcessor(str(drawn)):
                writer.add(item)
    else:
        path.write_bytes(gzip.compress(text.encode()) if suffix.endswith("gz") else text.encode())

    network, _ = build_from_osm(path)

    assert network.edge_count == 1
    assert network.edge_length_m[0] == pytest.approx(300.0, abs=1.5)


def test_a_gzipped_extract_reads_the_same(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (1, 0), highway="residential")
    path = tmp_path / "city.osm.gz"
    path.write_bytes(gzip.compress(drawing.text().encode()))

    network, _ = build_from_osm(path)

    assert (network.name, network.edge_count) == ("city", 1)


def test_an_extract_without_streets_says_what_to_check(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way((0, 0), (1, 0), highway="motorway")

    with pytest.raises(EmptyNetwork, match=r"no street that a walker may use in drawing\.osm"):
        drawing.build(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("city.osm.pbf", b"no protocol buffers"),
        ("city.osm", b"<osm version='0.6'><node id='1'"),
        ("city.osm.gz", gzip.compress(b"<osm version='0.6'></osm>", mtime=0)[:20]),
        ("city.txt", b"<osm/>"),
    ],
)
def test_a_broken_or_foreign_file_is_refused_with_what_to_give(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UnreadableExtract, match=r"give an unbroken \.osm\.pbf"):
        build_from_osm(path)


def test_an_extract_whose_ways_come_before_their_points_is_to_be_sorted(tmp_path: Path) -> None:
    parts = {
        "nodes": "".join(f"<node id='{n}' version='1' lon='113.{n}' lat='34.7'/>" for n in (1, 2, 3)),
        "ways": "<way id='7' version='1'><nd ref='1'/><nd ref='2'/><tag k='highway' v='footway'/></way>",
    }
    path = tmp_path / "mixed.osm"
    path.write_text(f"<osm version='0.6'>{parts['ways']}{parts['nodes']}</osm>", encoding="utf-8")

    with pytest.raises(UnsortedExtract, match=r"sort it first, `osmium sort mixed\.osm -o sorted\.osm\.pbf`"):
        build_from_osm(path)
