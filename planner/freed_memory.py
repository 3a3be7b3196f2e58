"""Memory that is free but kept: between the steps of a large plan more than a hundred megabytes."""

import ctypes
import sys


def return_freed_memory() -> None:
    """Give the system back what glibc keeps of freed arrays for arrays to come; nothing with other C libraries."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
