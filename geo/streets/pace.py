"""How fast people go on foot: the figures behind every walking time, each with its source or named an assumption.

docs/walking-time.md tells what they come to and how far off they may be.
"""

from dataclasses import dataclass, replace

# Assumption (DESIGN, "Walking budgets"): a brisk walk.
DEFAULT_WALK_SPEED_M_S = 1.4
# Jonsson 2020, PMID 32259606: median of volunteers on their way, by whatever means; 1.8 where over 8,000 people live
# on a km2.
RUNNING_SPEED_M_S = 2.3
DENSE_CITY_SPEED_M_S = 1.8

# Route over straight line: 1.4-1.6 (Karlsson 2021). Used where there is no network to walk on.
DETOUR_FACTOR = 1.4

# A metre of stairs, seen from above, in metres of level street. Fruin 1971, outdoor stairs: 0.57 m/s up, 0.77 m/s down,
# 1.35 m/s on the level. Without a known direction the two are averaged.
STEPS_UP_EFFORT = 2.4
STEPS_DOWN_EFFORT = 1.8
STEPS_EFFORT = 2.0

# Assumption: on private ground one looks for the way and is let through; and a gate costs a few seconds.
PRIVATE_EFFORT = 1.5
GATE_EFFORT_M = 5.0

# Mean wait at a signal, (cycle - green)^2 / (2 cycle) (Highway Capacity Manual, pedestrian delay); assumption: 90 s of
# which 30 s are green for walkers.
SIGNAL_WAIT_S = 20.0
# Assumption: a look to both sides where cars have to stop, or a gap comes soon.
CROSSING_WAIT_S = 3.0

# As inside buildings (`walking/vertical.py`): 54 s until a lift is there and its doors have moved, 3 s for a floor.
LIFT_WAIT_S = 57.0

# Assumptions: one sees less of the ground at night, and it is slippery in the rain. No measurement of either among
# volunteers is known to us.
NIGHT_FACTOR = 0.9
RAIN_FACTOR = 0.9


class UnknownPace(ValueError):
    """No preset has that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no pace {name!r}: take one of {', '.join(PACES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How somebody walks, and what the ground costs beyond its length.

    speed_m_s: on level street. steps_effort: factor on the length of stairs whose direction is not known,
    steps_up_effort and steps_down_effort of the others. private_effort: factor on private ground, gate_effort_m: metres
    for getting in. signal_wait_s: at a signal, crossing_wait_s: at a crossing without, lift_wait_s: for a
    lift and in it.

    The speed is taken when a walk is measured; the rest is laid down in a network when it is built, a wait as the
    metres that are walked meanwhile. So a wait shrinks for who runs over a network built for walkers.
    """

    speed_m_s: float = DEFAULT_WALK_SPEED_M_S
    steps_effort: float = STEPS_EFFORT
    steps_up_effort: float = STEPS_UP_EFFORT
    steps_down_effort: float = STEPS_DOWN_EFFORT
    private_effort: float = PRIVATE_EFFORT
    gate_effort_m: float = GATE_EFFORT_M
    signal_wait_s: float = SIGNAL_WAIT_S
    crossing_wait_s: float = CROSSING_WAIT_S
    lift_wait_s: float = LIFT_WAIT_S

    def __post_init__(self) -> None:
        if not 0.0 < self.speed_m_s < float("inf"):
            raise ValueError(f"a speed of {self.speed_m_s} m/s gets nobody anywhere: give one above 0")

    def slowed(self, *, night: bool = False, rain: bool = False) -> "Pace":
        """The same person in the dark, in the rain, or both."""
        factor = (NIGHT_FACTOR if night else 1.0) * (RAIN_FACTOR if rain else 1.0)
        return replace(self, speed_m_s=self.speed_m_s * factor)


WALKING = Pace()
DENSE_CITY = Pace(speed_m_s=DENSE_CITY_SPEED_M_S)
RUNNING = Pace(speed_m_s=RUNNING_SPEED_M_S)
# Length alone decides: for comparison with engines that know neither stairs nor waits.
PLAIN = Pace(
    steps_effort=1.0,
    steps_up_effort=1.0,
    steps_down_effort=1.0,
    private_effort=1.0,
    gate_effort_m=0.0,
    signal_wait_s=0.0,
    crossing_wait_s=0.0,
    lift_wait_s=0.0,
)
PACES = {"walking": WALKING, "dense-city": DENSE_CITY, "running": RUNNING}


def get_pace(name: str) -> Pace:
    """The preset of that name.

    Raises:
        UnknownPace: there is none.
    """
    try:
        return PACES[name]
    except KeyError:
        raise UnknownPace(name) from None
