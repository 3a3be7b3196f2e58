"""`rescue-circle serve`."""

import asyncio

from rescue_circle import pauses
from rescue_circle.lean_numba import import_numba


def serve_command() -> None:
    """Run the service; settings come from RESCUE_... environment variables (see the README)."""
    pauses.begin()
    import_numba()
    # Thousands of modules, so after the collector has been told to keep out of it.
    from rescue_circle.logs import configure_logs  # noqa: PLC0415
    from rescue_circle.serve import serve  # noqa: PLC0415
    from rescue_circle.settings_loading import get_settings  # noqa: PLC0415

    settings = get_settings()
    configure_logs(settings.log_level)
    asyncio.run(serve(settings))
