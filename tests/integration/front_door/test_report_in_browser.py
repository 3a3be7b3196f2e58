import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from planner.report import coverage_page, siting_page
from planner.report_text import percent
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

    dom = _driven(
        pages["siting"], "document.querySelector('button.show[data-layer=sites][data-index=\"2\"]').click()", tmp_path
    )

    said = re.search(r'<p id="said"[^>]*>([^<]*)</p>', dom)
    assert said
    assert site.why.en in said[1]


def test_pointing_at_an_aed_says_its_name_and_whether_it_can_be_used(pages: dict[str, Path], tmp_path: Path) -> None:
    at_the_library = (
        "new PointerEvent('pointermove', {clientX: box.x + toX(aeds.x[1]), clientY: box.y + toY(aeds.y[1])})"
    )

    dom = _driven(
        pages["coverage"],
        f"const box = canvas.getBoundingClientRect(); canvas.dispatchEvent({at_the_library})",
        tmp_path,
    )

    assert re.search(r'<div id="tip"[^>]*>Library\nAED, usable</div>', dom)


def test_the_map_is_moved_and_zoomed_from_the_keyboard(pages: dict[str, Path], tmp_path: Path) -> None:
    presses = ["+", "+", "ArrowLeft", "ArrowUp"]
    press = "".join(f"canvas.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}'}}));" for key in presses)
    moved = "Math.sign(view.x - was.x), Math.sign(view.y - was.y), (view.scale / was.scale).toFixed(2)"

    dom = _driven(
        pages["coverage"],
        f"const was = {{...view}}; {press} document.body.dataset.moved = [{moved}].join(' ');"
        "canvas.dispatchEvent(new KeyboardEvent('keydown', {key: '0'}));"
        "document.body.dataset.back = (view.scale / was.scale).toFixed(2)",
        tmp_path,
    )

    assert 'data-moved="-1 1 1.96"' in dom
    assert 'data-back="1.00"' in dom


def test_a_press_changes_the_language_of_all_names_for_screen_readers(pages: dict[str, Path], tmp_path: Path) -> None:
    dom = _driven(pages["siting"], "document.querySelector('button[data-lang=\"zh-CN\"]').click()", tmp_path)

    assert '<html lang="zh-CN"' in dom
    assert 'aria-label="放大"' in dom
    assert "新增 8 台 AED 的选址方案</title>" in dom
    assert 'aria-pressed="true">中文' in dom


def _driven(page: Path, script: str, folder: Path) -> str:
    """The page, opened in English, after a script of the test's has run in it."""
    # The page's policy would keep the script out.
    open_page = re.sub(r"<meta http-equiv[^>]*>", "", page.read_text("utf-8"))
    driven = folder / "driven.html"
    driven.write_text(open_page.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    dom, console = browse(driven, "en", "--dump-dom", folder=folder)
    assert console == []
    return dom


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
