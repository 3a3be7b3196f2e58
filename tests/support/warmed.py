"""What the processes of tests are forked from: everything imported, and the kernels of walks ready to run."""

import rescue_circle.cli  # noqa: F401 - for those who are forked
from geo.walking.walk_time import warm_up

warm_up()
