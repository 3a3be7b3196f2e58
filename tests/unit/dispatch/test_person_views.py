"""What a person is told is in their way: the registry's word, and a lock-out that only the journal knows."""

import pytest

from dispatch.api.person_views import told_state
from registry.eligibility import Answer, Verdict

READY = Verdict(answer=Answer.YES, reason="ready", text="")
OFF = Verdict(answer=Answer.NO, reason="off_duty", text="")


@pytest.mark.parametrize(
    ("verdict", "locked", "told"),
    [
        (READY, False, (True, ("ready",))),
        (READY, True, (False, ("locked_out",))),
        (OFF, True, (False, ("off_duty", "locked_out"))),
        (OFF, False, (False, ("off_duty",))),
    ],
)
def test_a_lock_out_stands_in_the_way_of_somebody_who_is_ready(
    verdict: Verdict, locked: bool, told: tuple[bool, tuple[str, ...]]
) -> None:
    assert told_state([verdict], is_locked_out=locked) == told
