"""Tests of all rooms.

What prints tables asks the terminal for its width. A run in several processes tells them one of 80 columns that is not
there (readline leaves it in the environment), and a run in one process tells them none: here there is none.
"""

import os

for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)
