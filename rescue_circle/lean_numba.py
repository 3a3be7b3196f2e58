"""Imports the compiler of our kernels without what it looks for and the service never uses."""

import sys


def import_numba() -> None:
    """Numba without SciPy, whose linear algebra no kernel uses and a start would wait for.

    SciPy can be imported as ever afterwards.
    """
    is_known = "scipy" in sys.modules
    if not is_known:
        # So the language says that a module is not there (importlib's reference); numba then does without.
        sys.modules["scipy"] = None  # type: ignore[assignment]
    try:
        # It would come with the first kernel, and it is the one that asks.
        import numba.np.arraymath  # noqa: F401, PLC0415
    finally:
        if not is_known:
            del sys.modules["scipy"]
