import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from rescue_circle.planner.report import coverage_page, siting_page
from rescue_circle.planner.report_text import percent
from tests.support.browser import browse
from tests.support.plans import make_coverage, make_siting


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {"coverage": coverage_page(make_coverage()), "siting": siting_page(make_siting())}
    for name, page in made.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


def test_the_page_runs_under_its_own_policy_and_shows_its_figures(pages: dict[str, Path], tmp_path: Path) -> None:
    result = make_coverage()

    dom, console = browse(pages["coverage"], "en,dark", "--dump-dom", folder=tmp_path)

    assert console == []
    assert re.search(r'<html lang="en"[^>]*data-theme="dark"[^>]*data-ready="yes"', dom)
    assert "<title" in dom
    assert "AED coverage of 测试镇 Testtown</title>" in dom
    assert percent(result.covered, result.total) in dom
    assert 'aria-label="Zoom in"' in dom


def test_a_site_is_shown_on_the_map_from_the_table_and_read_out(pages: dict[str, Path], tmp_path: Path) -> None:
    site = make_siting().sites[2]
    page = tmp_path / "driven.html"
    # The page's policy would keep the test's own script out.
    open_page = re.sub(r"<meta http-equiv[^>]*>", "", pages["siting"].read_text("utf-8"))
    press = "document.querySelector('button.show[data-layer=sites][data-index=\"2\"]').click()"
    page.write_text(open_page.replace("</body>", f"<script>{press}</script></body>"), encoding="utf-8")

    dom, console = browse(page, "en", "--dump-dom", folder=tmp_path)

    assert console == []
    said = re.search(r'<p id="said"[^>]*>([^<]*)</p>', dom)
    assert said
    assert site.why.en in said[1]


@pytest.mark.parametrize(("appearance", "colour"), [("light", "#5b2bbf"), ("dark", "#c3a6ff")])
def test_the_map_is_drawn_in_the_colours_of_its_appearance(
    pages: dict[str, Path], tmp_path: Path, appearance: str, colour: str
) -> None:
    picture = tmp_path / "page.png"

    browse(pages["siting"], f"zh,{appearance}", f"--screenshot={picture}", folder=tmp_path)

    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    seen = np.rint(imread(picture)[:, :960, :3] * 255).astype(int)
    in_map = seen[380:940]
    assert (np.abs(in_map - wanted).max(axis=2) <= 2).sum() > 100
