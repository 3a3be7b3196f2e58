"""How a volunteer behaves when the phone rings: pure draws, one for each (seed, phone, call, ordinal).

No draw depends on timing or on the order of frames, so the same scenario and seed give the same decisions.
"""

import math
import random
from dataclasses import dataclass
from typing import Literal

Answer = Literal["accept", "decline"]


class BadBehaviour(ValueError):
    """Chances must lie between 0 and 1, and nobody accepts an alert without seeing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Chances and medians of what volunteers do; m marks an assumption."""

    seen: float = 0.756
    """Share of alerts that are seen (Haskins, AU/NZ)."""
    accepted: float = 0.377
    """Share of alerts that are accepted (Haskins, AU/NZ)."""
    declined: float = 0.20
    """Share of alerts that are declined, m; who saw it and does neither stays silent."""
    late: float = 0.05
    """Share of answers that come minutes too late, m."""
    hands_back: float = 0.05
    """Share of acceptors who turn round on the way, m (Haskins: 28 % did not arrive, the stood down included)."""
    answer_median_s: float = 12.0
    """Ringing to answer, m."""
    answer_spread: float = 0.5
    """Sigma of the logarithm of the answer's delay, m."""
    speed_median_m_s: float = 2.3
    """Travel speed of volunteers (Jonsson 2020, PMID 32259606)."""
    speed_quartiles_m_s: tuple[float, float] = (1.4, 4.0)
    """Interquartile range of the same."""
    takeout_s: tuple[float, float] = (20.0, 60.0)
    """Taking the AED out of its place, from-to, m."""
    drops: float = 0.02
    """Share of alerts after which the phone loses its connection for a moment, m."""

    def __post_init__(self) -> None:
        chances = (self.seen, self.accepted, self.declined, self.late, self.hands_back, self.drops)
        if not all(0.0 <= chance <= 1.0 for chance in chances) or self.accepted + self.declined > self.seen + 1e-9:
            raise BadBehaviour(
                "chances must lie between 0 and 1, and accepted + declined must not exceed seen: "
                f"seen {self.seen}, accepted {self.accepted}, declined {self.declined}"
            )

    def parameters(self) -> dict[str, object]:
        """What the report states, with sources."""
        haskins, jonsson = "Haskins, AU/NZ survey", "Jonsson 2020, PMID 32259606"
        sources = {
            "seen": haskins,
            "accepted": haskins,
            "speed_median_m_s": jonsson,
            "speed_quartiles_m_s": jonsson,
        }
        return {
            name: {"value": getattr(self, name), "source": sources.get(name, "assumption")}
            for name in self.__dataclass_fields__
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one volunteer does about one alert; times in simulated seconds after the phone rang."""

    seen_after_s: float | None
    answer: Answer | None
    answer_after_s: float
    late: bool
    """The answer comes after the service has stopped waiting, and is sent all the same."""
    speed_m_s: float
    takeout_s: float
    hands_back_at: float | None
    """Share of the way after which the volunteer turns round; None for those who do not."""
    drops: bool


def decide(behaviour: Behaviour, *, seed: int, rescuer_id: str, cad_ref: str, ordinal: int) -> Decision:
    """The decision on the `ordinal`-th alert (from 0) of this phone about this call."""
    rng = random.Random(f"volunteer/{seed}/{rescuer_id}/{cad_ref}/{ordinal}")
    funnel, late, back = rng.random(), rng.random(), rng.random()
    delay_s = rng.lognormvariate(math.log(behaviour.answer_median_s), behaviour.answer_spread)
    seen_share, late_s = rng.uniform(0.2, 0.8), rng.uniform(90.0, 240.0)
    speed_m_s = _draw_speed(rng, behaviour)
    takeout_s = rng.uniform(*behaviour.takeout_s)
    back_at = rng.uniform(0.1, 0.9)
    answer: Answer | None = None
    if funnel < behaviour.accepted:
        answer = "accept"
    elif funnel < behaviour.accepted + behaviour.declined:
        answer = "decline"
    return Decision(
        seen_after_s=delay_s * seen_share if funnel < behaviour.seen else None,
        answer=answer,
        answer_after_s=late_s if late < behaviour.late else delay_s,
        late=late < behaviour.late,
        speed_m_s=speed_m_s,
        takeout_s=takeout_s,
        hands_back_at=back_at if back < behaviour.hands_back else None,
        drops=rng.random() < behaviour.drops,
    )


def _draw_speed(rng: random.Random, behaviour: Behaviour) -> float:
    """Log-normal through the median and the quartiles, cut at a stroll and at a fast bicycle."""
    low, high = behaviour.speed_quartiles_m_s
    sigma = math.log(high / low) / (2 * 0.6745)
    return min(max(rng.lognormvariate(math.log(behaviour.speed_median_m_s), sigma), 0.7), 8.0)
