"""axe-core in a page: what keeps people from using it."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = Path(__file__).parent.parent.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
# A colour on its way to another is none that anybody reads, and one may set off while the page is looked at; what moves
# for ever is looked at as it is.
_RUN = """async () => {
    const moving = () => document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < Infinity);
    let begun = 0;
    document.addEventListener('transitionrun', () => { begun += 1; }, true);
    for (let look = 1; ; look += 1) {
        await Promise.allSettled(moving().map(one => one.finished));
        const before = begun;
        const { violations } = await axe.run(document, {resultTypes: ['violations']});
        if (begun === before || look === 10) return violations;
    }
}"""


def grave_barriers(page: Page) -> list[str]:
    """Each serious or critical barrier of what the page shows now, in a line."""
    # By the debugger, not as a script of the page, whose policy would rightly refuse it.
    page.evaluate(_AXE.read_text(encoding="utf-8") + "\n;undefined")
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} - {node['failureSummary'][:300]}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
