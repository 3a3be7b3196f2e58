"""Volunteers' decisions: a function of seed, phone, call and ordinal, and of nothing else."""

import random
from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.volunteer import BadBehaviour, Behaviour, Decision, decide

MANY = 6_000


def decision(rescuer_id: str = "r1", cad_ref: str = "C-1", *, seed: int = 1, ordinal: int = 0) -> Decision:
    return decide(Behaviour(), seed=seed, rescuer_id=rescuer_id, cad_ref=cad_ref, ordinal=ordinal)


def many() -> list[Decision]:
    return [decision(f"r{number}") for number in range(MANY)]


def test_decisions_do_not_depend_on_the_order_in_which_they_are_taken() -> None:
    alerts = [(f"r{rescuer}", f"C-{call}") for rescuer in range(20) for call in range(5)]
    in_order = {alert: decision(*alert) for alert in alerts}
    random.Random(3).shuffle(alerts)

    assert {alert: decision(*alert) for alert in alerts} == in_order


@given(seed=st.integers(0, 2**31), ordinal=st.integers(0, 5))
def test_the_same_alert_is_always_decided_alike(seed: int, ordinal: int) -> None:
    assert decision(seed=seed, ordinal=ordinal) == decision(seed=seed, ordinal=ordinal)


def test_seed_phone_call_and_ordinal_each_change_the_draws() -> None:
    delays = {
        d.answer_after_s
        for d in (decision(), decision("r2"), decision(cad_ref="C-2"), decision(seed=2), decision(ordinal=1))
    }

    assert len(delays) == 5


def test_the_funnel_is_that_of_the_survey() -> None:
    decisions = many()

    assert sum(d.seen_after_s is not None for d in decisions) / MANY == pytest.approx(0.756, abs=0.02)
    assert sum(d.answer == "accept" for d in decisions) / MANY == pytest.approx(0.377, abs=0.02)


def test_nobody_answers_what_was_not_seen_and_seeing_comes_first() -> None:
    for d in many():
        assert d.answer is None or (d.seen_after_s is not None and d.seen_after_s < d.answer_after_s)


def test_speeds_have_the_median_and_quartiles_of_the_source() -> None:
    speeds = [d.speed_m_s for d in many()]
    low, _, high = quantiles(speeds, n=4)

    assert median(speeds) == pytest.approx(2.3, rel=0.05)
    assert (low, high) == (pytest.approx(1.4, rel=0.08), pytest.approx(4.0, rel=0.08))


@pytest.mark.parametrize("chances", [{"seen": 1.2}, {"accepted": 0.7, "declined": 0.2}, {"late": -0.1}])
def test_impossible_chances_are_refused(chances: dict[str, float]) -> None:
    with pytest.raises(BadBehaviour, match="between 0 and 1"):
        Behaviour(**chances)


def test_every_parameter_is_stated_with_its_source() -> None:
    parameters = Behaviour().parameters()

    assert parameters["seen"] == {"value": 0.756, "source": "Haskins, AU/NZ survey"}
    assert parameters["late"] == {"value": 0.05, "source": "assumption"}
