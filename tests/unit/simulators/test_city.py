"""The synthetic Zhengzhou: large enough, connected, plausible, and the same every time."""

import csv
import io
import json
from collections import Counter

import numpy as np
import phonenumbers
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from simulators.city import City, aeds_geojson, aeds_of, make_city, volunteers_of
from simulators.city_files import build_city_network
from simulators.districts import CITY_POPULATION_10K, CORE_DISTRICTS, load_core_districts, locate
from simulators.people import FICTIONAL_AREA_CODES, Shares, fictional_phone, volunteers_csv
from simulators.streets import Kind, measure_detour


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(seed=1)


def test_the_five_core_districts_have_their_real_size() -> None:
    lon, lat = np.meshgrid(np.linspace(113.4, 113.9, 400), np.linspace(34.55, 35.0, 400))
    inside = locate(load_core_districts(), lon.ravel(), lat.ravel()) >= 0
    box_km2 = 0.5 * 111.32 * np.cos(np.radians(34.775)) * 0.45 * 110.94

    assert inside.mean() * box_km2 == pytest.approx(1_035, rel=0.01)


def test_residents_of_functional_zones_are_not_lost() -> None:
    zones = {figures.zones: figures.zones_10k for figures in CORE_DISTRICTS if figures.zones}
    outside = 16.3 + 52.4 + 84.4 + 67.0 + 81.7 + 65.3 + 72.7 + 73.8  # the other counties, and 航空港区

    assert zones == {"高新区": 31.9, "经开区": 28.4, "郑东新区": 74.1}
    assert sum(f.residents_10k + f.zones_10k for f in CORE_DISTRICTS) == pytest.approx(CITY_POPULATION_10K - outside)


def test_the_city_has_at_least_200_000_street_nodes_in_one_piece(city: City) -> None:
    nodes = len(city.lon)
    links = csr_array((np.ones(len(city.streets.start)), (city.streets.start, city.streets.end)), shape=(nodes, nodes))

    assert nodes >= 200_000
    assert connected_components(links, directed=False)[0] == 1
    assert (locate(city.districts, city.lon, city.lat) >= 0).all()


@pytest.mark.parametrize("per_km2", [0.1, 0.6, 5.0])
def test_aeds_stand_as_densely_as_asked(city: City, per_km2: float) -> None:
    aeds = aeds_of(city, per_km2=per_km2)

    assert city.area_km2 == pytest.approx(1_035, rel=0.01)
    assert len(aeds) / city.area_km2 == pytest.approx(per_km2, rel=0.01)
    assert len({aed.aed_id for aed in aeds}) == len(aeds)
    assert aeds[:50] == aeds_of(city, per_km2=50.0)[:50]


def test_routes_are_longer_than_straight_lines_as_in_real_cities(city: City) -> None:
    assert 1.3 <= measure_detour(city.streets, seed=1) <= 1.6


def test_streets_have_dead_ends_crossings_footways_and_steps(city: City) -> None:
    degree = Counter(np.bincount(np.concatenate([city.streets.start, city.streets.end])).tolist())

    assert degree[1] > 0.05 * len(city.lon)
    assert degree[3] + degree[4] > 0.4 * len(city.lon)
    assert set(city.streets.kind.tolist()) == {int(kind) for kind in Kind}


def test_the_network_keeps_all_nodes_and_says_that_it_is_synthetic(city: City) -> None:
    network = build_city_network(city)

    assert network.node_count == len(city.lon)
    assert "synthetic" in network.name
    assert "synthetic" in network.source


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_city(city: City) -> None:
    again, other = make_city(seed=1), make_city(seed=2)

    assert again.lon.tobytes() == city.lon.tobytes()
    assert aeds_geojson(aeds_of(again)) == aeds_geojson(aeds_of(city))
    people, people_again = volunteers_of(city, count=500), volunteers_of(again, count=500)
    assert volunteers_csv(people, certified_in=2024) == volunteers_csv(people_again, certified_in=2024)
    assert aeds_geojson(aeds_of(other)) != aeds_geojson(aeds_of(city))


def test_volunteers_live_where_residents_do(city: City) -> None:
    people = volunteers_of(city)
    district_of = locate(city.districts, people.home_lon, people.home_lat)

    assert len(people) == round(40_000 * city.core_share)
    for index, district in enumerate(city.districts):
        share = (district_of == index).mean()
        assert share == pytest.approx(district.population_10k / (CITY_POPULATION_10K * city.core_share), abs=0.02)


def test_the_certified_and_on_duty_shares_are_as_stated(city: City) -> None:
    people = volunteers_of(city)

    assert people.certified.mean() == pytest.approx(9_331 / 40_000, abs=0.01)
    assert people.on_duty.sum() == pytest.approx(people.certified.sum() * Shares().on_duty, rel=0.05)
    assert not (people.on_duty & ~people.certified).any()


def test_metro_aeds_close_at_night_and_a_share_of_the_others_is_open_all_day(city: City) -> None:
    aeds = aeds_of(city)
    hours = Counter(aed.opening_hours for aed in aeds)

    assert hours["06:00-23:00"] == 255
    assert len(aeds) == 255 + round(500 * city.core_share)
    assert hours["24/7"] / (len(aeds) - 255) == pytest.approx(0.56, abs=0.1)
    assert all("模拟" in aed.name for aed in aeds)


def test_the_aeds_file_is_geojson_with_a_stable_id_for_each(city: City) -> None:
    document = json.loads(aeds_geojson(aeds_of(city)))
    ids = [feature["id"] for feature in document["features"]]

    assert document["type"] == "FeatureCollection"
    assert len(set(ids)) == len(ids)


def test_the_volunteers_file_has_one_certificate_for_each_certified(city: City) -> None:
    people = volunteers_of(city, count=300)
    rows = list(csv.DictReader(io.StringIO(volunteers_csv(people, certified_in=2024))))

    assert len(rows) == 300
    assert sum(row["certificate_kind"] != "" for row in rows) == people.certified.sum()
    assert len({row["id"] for row in rows}) == 300


def test_phone_numbers_are_well_formed_and_reserved_for_fiction() -> None:
    for area in range(len(FICTIONAL_AREA_CODES) // 3):
        number = fictional_phone(100 * area + 42)
        assert number[5:] == "5550142"
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_a_large_city_has_a_number_for_each_volunteer_and_no_two_have_the_same() -> None:
    given = [number for number in map(fictional_phone, range(40_000)) if number]

    assert len(given) == len(set(given)) >= 20_155
