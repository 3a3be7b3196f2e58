"""How fast people walk: the figures behind every walking time, each with its source or named an assumption."""

# Assumption (DESIGN, "Walking budgets"): a brisk walk. Volunteers were measured at 2.3 m/s in the median, 1.8 where
# the city is dense, by whatever means they travelled (Jonsson 2020, PMID 32259606).
DEFAULT_WALK_SPEED_M_S = 1.4

# Route over straight line: 1.4-1.6 (Karlsson 2021). Used where there is no network to walk on.
DETOUR_FACTOR = 1.4

# Assumption: a metre of stairs takes as long as two on the level.
STEPS_EFFORT = 2.0

# Assumption: on private ground one looks for the way and is let through; and a gate costs a few seconds.
PRIVATE_EFFORT = 1.5
GATE_EFFORT_M = 5.0
