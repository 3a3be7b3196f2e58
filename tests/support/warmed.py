"""What the processes of tests are forked from: everything imported, and the kernels of walks ready to run."""

from geo.cli import COMMANDS as GEO_COMMANDS
from geo.commands.on_demand import loaded
from geo.walking.walk_time import warm_up
from rescue_circle.cli import COMMANDS

for name, known in {**GEO_COMMANDS, **COMMANDS}.items():
    loaded(name, known)
warm_up()
