"""The pages of both sides in one browser: weight, time until usable on a slow phone, frames of a busy console."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager

from benchmarks import web
from benchmarks.beside.checkout import Checkout
from benchmarks.beside.ground import fill_by_command, own_files
from benchmarks.beside.rounds import Figures, Measure
from benchmarks.ground import city_ground
from benchmarks.servers import BUILD_RUN, service
from tests.support.chromium import People, chromium
from tests.support.stories import DESK_NAME, DESK_PASSWORD

VOLUNTEERS = 400


@asynccontextmanager
async def pages(sides: tuple[Checkout, Checkout]) -> AsyncIterator[Measure]:
    """Both services run all the time, and the browser belongs to a thread of its own."""
    ground = city_ground(BUILD_RUN.parent, phones=VOLUNTEERS, calls=10)
    with ExitStack() as stack, ThreadPoolExecutor(1) as thread:
        urls: dict[str, str] = {}
        for side in sides:
            own = own_files(side, BUILD_RUN)
            database = f"sqlite+aiosqlite:///{own.folder / 'pages.sqlite3'}"
            fill_by_command(own, database, aeds=ground.aeds, rescuers=ground.rescuers)
            desk = ("accounts", "add", DESK_NAME, "--role", "dispatcher", "--password-stdin", "--database", database)
            side.run(*desk, said=f"{DESK_PASSWORD}\n")
            log = own.folder / "service-pages.log"
            urls[side.name] = stack.enter_context(service(database, own.network, log, program=side.program)).url
        loop = asyncio.get_running_loop()
        browser = await loop.run_in_executor(thread, lambda: stack.enter_context(chromium()))

        def look(side: Checkout) -> Figures:
            people = People(browser, urls[side.name])
            weight, moving = web.first_view(people), web.frames(people)
            return {
                "first view, kB": weight["first view, kB"],
                "usable on a slow phone, s": web.usable_s(people),
                "console with 500 moving markers, ms a frame": 1000.0 / moving["frames a second"],
            }

        async def measure(side: Checkout) -> Figures:
            return await loop.run_in_executor(thread, look, side)

        try:
            yield measure
        finally:
            await loop.run_in_executor(thread, stack.close)
