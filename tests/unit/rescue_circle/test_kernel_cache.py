"""The kernels' compiler is given a folder where it would find none, and left alone where it finds one."""

import os
import subprocess
import sys
from pathlib import Path

from rescue_circle.kernel_cache import VARIABLE, choose_kernel_cache

NOWHERE = Path("/dev/null/nothing")
"""Nobody can make anything there, the administrator neither."""


def chosen(code: Path = NOWHERE, **environment: str) -> str | None:
    choose_kernel_cache(environment, code=code)
    return environment.get(VARIABLE)


def test_beside_the_code_or_in_a_home_the_compiler_finds_its_place_itself(tmp_path: Path) -> None:
    assert chosen(code=tmp_path, HOME=str(NOWHERE)) is None
    assert chosen(HOME=str(tmp_path)) is None
    assert chosen(HOME=str(NOWHERE), XDG_CACHE_HOME=str(tmp_path / "not-there-yet")) is None


def test_what_somebody_has_named_stays(tmp_path: Path) -> None:
    assert chosen(HOME=str(NOWHERE), CACHE_DIRECTORY=str(tmp_path), NUMBA_CACHE_DIR="/somewhere") == "/somewhere"


def test_a_service_of_systemd_keeps_it_for_its_next_start(tmp_path: Path) -> None:
    assert chosen(HOME=str(NOWHERE), CACHE_DIRECTORY=f"{tmp_path}:/another") == str(tmp_path / "kernels")


def test_elsewhere_it_is_a_new_place_that_nobody_can_have_prepared() -> None:
    first, second = chosen(HOME=str(NOWHERE)), chosen(HOME=str(NOWHERE), CACHE_DIRECTORY=str(NOWHERE))

    assert first
    assert second
    assert first != second
    assert not Path(first).exists()


COMPILES = """
import sys
from rescue_circle.kernel_cache import choose_kernel_cache
from pathlib import Path
choose_kernel_cache(code=Path("/dev/null/nothing"))
assert "numba" not in sys.modules
from numba.core import caching
for own in (caching.InTreeCacheLocator, caching.UserWideCacheLocator):
    own.from_function = classmethod(lambda *_: None)
from geo.places.point_kernels import *
import numba
print(numba.config.CACHE_DIR)
"""
"""As in a process whose user may write neither beside the code nor at home; the tests' own may."""


def test_kernels_can_then_be_compiled_and_nothing_is_left_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(NOWHERE), "TMPDIR": str(tmp_path)}
    for name in (VARIABLE, "CACHE_DIRECTORY", "XDG_CACHE_HOME"):
        environment.pop(name, None)

    done = subprocess.run(
        [sys.executable, "-c", COMPILES], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).parent == tmp_path
    assert list(tmp_path.iterdir()) == []
