"""What lists say of a device's life and of who may take it, in the words of nine languages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.importers.meanings.dates import find_day
from registry.importers.meanings.fields import Field
from registry.importers.meanings.states import Said, access_of, inside_or_not, state_of, yes_or_no
from registry.models import AedState

TODAY = date(2024, 5, 14)
IN, OUT, MISSING, USED, UNKNOWN = (
    AedState.IN_SERVICE,
    AedState.OUT_OF_SERVICE,
    AedState.MISSING,
    AedState.IN_USE,
    AedState.UNKNOWN,
)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *((word, IN) for word in ("functional", "In service", "正常使用", "良好", "启用", "En fonctionnement", "정상")),
        *(
            (word, IN)
            for word in ("in Betrieb", "in gebruik", "Operativo", "In servizio", "使用可能", "正常運作", "OK")
        ),
        *((word, OUT) for word in ("対応不可", "利用不可", "停用", "損壞", "故障中", "고장", "Hors service", "defekt")),
        *((word, OUT) for word in ("buiten gebruik", "Averiado", "guasto", "OUT OF ORDER", "under  maintenance", "否")),
        *(
            (word, MISSING)
            for word in ("被盗", "已拆除", "撤去済", "철거", "stolen", "Supprimé définitivement", "rubato")
        ),
        *((word, USED) for word in ("in use", "借出", "貸出中", "im Einsatz")),
        *((word, UNKNOWN) for word in ("explodiert", "0", "1", "state 7", "待定", "???", "préinscrit")),
        ("正常（已巡检？）", UNKNOWN),
        ("正常（待维修）", OUT),
        ("正常/在用", IN),
    ],
)
def test_a_word_of_the_state_is_known_or_makes_it_unknown(word: str, state: AedState) -> None:
    found, unclear = state_of(Said(cells={Field.STATE: (word,)}), TODAY)
    assert found is state
    assert [one.reason for one in unclear] == (["state_unclear"] if state is UNKNOWN else [])


@pytest.mark.parametrize(
    ("field", "text", "state"),
    [
        (Field.DISUSED, "yes", OUT),
        (Field.DISUSED, "no", IN),
        (Field.UNAVAILABLE, "true", OUT),
        (Field.UNAVAILABLE, "Indisponible", OUT),
        (Field.UNAVAILABLE, "Disponible", IN),
        (Field.UNAVAILABLE, "false", IN),
        (Field.UNAVAILABLE, "perhaps", UNKNOWN),
        (Field.REMOVED, "2023-05-01", MISSING),
        (Field.REMOVED, "非该项", UNKNOWN),
        (Field.END_DATE, "2024-05-13", MISSING),
        (Field.END_DATE, "2024-05-14", IN),
        (Field.END_DATE, "31.12.2023", MISSING),
        (Field.END_DATE, "2023", MISSING),
        (Field.END_DATE, "2024", IN),
        (Field.END_DATE, "03/04/2024", UNKNOWN),
        (Field.END_DATE, "soon", UNKNOWN),
        (Field.START_DATE, "2024-06-01", OUT),
        (Field.START_DATE, "2020-06-01", IN),
    ],
)
def test_what_has_ended_is_not_there(field: Field, text: str, state: AedState) -> None:
    assert state_of(Said(cells={field: (text,)}), TODAY)[0] is state


def test_without_a_day_of_today_whatever_has_an_end_is_gone() -> None:
    assert state_of(Said(cells={Field.END_DATE: ("2099-01-01",)}), None)[0] is MISSING


def test_of_several_words_the_worst_counts() -> None:
    said = Said(cells={Field.STATE: ("in service", "was ist das"), Field.UNAVAILABLE: ("yes",)})
    state, unclear = state_of(said, TODAY)
    assert state is OUT
    assert len(unclear) == 1


@given(st.text(max_size=30))
def test_no_text_is_taken_for_in_service_unless_a_table_says_so(text: str) -> None:
    state, unclear = state_of(Said(cells={Field.STATE: (text,)}), TODAY)
    assert (state is UNKNOWN) == bool(unclear)


@pytest.mark.parametrize(
    ("cells", "access"),
    [
        ({Field.ACCESS: ("Public",)}, "public"),
        ({Field.ACCESS: ("permissive",)}, "permissive"),
        ({Field.ACCESS: ("öffentlich zugänglich",)}, "yes"),
        ({Field.ACCESS: ("仅限员工",)}, "private"),
        ({Field.ACCESS: ("Clientes y visitantes",)}, "customers"),
        ({Field.ACCESS: ("nur_für_berechtige",)}, "nur_für_berechtige"),
        ({Field.PUBLIC: ("No",)}, "private"),
        ({Field.PUBLIC: ("はい",)}, "yes"),
        ({Field.PUBLIC: ("×",)}, "private"),
        ({Field.ACCESS: ("yes",), Field.PUBLIC: ("no",)}, "private"),
        ({Field.LOCKED: ("yes",)}, "locked"),
        ({Field.ACCESS: ("yes",), Field.LOCKED: ("code 1234",)}, "locked"),
        ({Field.ACCESS: ("yes",), Field.LOCKED: ("no",)}, "yes"),
        ({Field.ACCESS: ("private",), Field.LOCKED: ("yes",)}, "private"),
        ({}, ""),
    ],
)
def test_who_may_take_it_is_said_as_osm_says_it(cells: dict[str, tuple[str, ...]], access: str) -> None:
    assert access_of(Said(cells=cells))[0] == access


def test_words_of_access_that_nobody_knows_stay_as_written_and_are_told() -> None:
    access, unclear = access_of(Said(cells={Field.ACCESS: ("for wizards",)}))
    assert access == "for wizards"
    assert [(one.reason, "wizards" in one.text) for one in unclear] == [("access_unclear", True)]


def test_a_profile_knows_its_publishers_own_words() -> None:
    said = Said(cells={Field.STATE: ("7",), Field.ACCESS: ("A",)}, states={"7": OUT}, access={"a": "customers"})
    assert state_of(said, TODAY) == (OUT, [])
    assert access_of(said) == ("customers", [])


@pytest.mark.parametrize(
    ("indoor", "outdoor", "inside"),
    [
        ("屋内", "", True),
        ("Extérieur", "", False),
        ("", "yes", False),
        ("", "室内", True),
        ("no", "", False),
        ("?", "", None),
    ],
)
def test_inside_or_outside_whichever_is_asked(indoor: str, outdoor: str, *, inside: bool | None) -> None:
    assert inside_or_not(indoor, outdoor) is inside


@pytest.mark.parametrize("text", ["有", "○", "Sí", "oui", "JA", "예", "true", "是"])
def test_yes_in_nine_languages(text: str) -> None:
    assert yes_or_no(text) is True


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01", date(2024, 5, 1)),
        ("2024/5/1 10:00", date(2024, 5, 1)),
        ("2024年5月1日", date(2024, 5, 1)),
        ("20240501", date(2024, 5, 1)),
        ("2024-02", date(2024, 2, 29)),
        ("45413", date(2024, 5, 1)),
        ("13/04/2024", date(2024, 4, 13)),
        ("04/13/2024", date(2024, 4, 13)),
        ("03.04.2024", date(2024, 4, 3)),
        ("令和6年5月1日", date(2024, 5, 1)),
        ("民國113年5月1日", date(2024, 5, 1)),
        ("03/04/2024", None),
        ("2024-13-45", None),
        ("Mai", None),
    ],
)
def test_days_are_read_where_there_is_no_doubt(text: str, day: date | None) -> None:
    assert find_day(text) == day
