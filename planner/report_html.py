"""Small pieces of the report's HTML: everything that comes from outside is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape

from planner.plan_model import Bilingual

Cell = Bilingual | str


def both(text: Cell) -> str:
    """Inline text, in both languages where they differ; the page shows one."""
    if isinstance(text, str):
        return escape(text)
    if text.en == text.zh:
        return escape(text.en)
    return f'<span lang="en">{escape(text.en)}</span><span lang="zh-CN">{escape(text.zh)}</span>'


def label(text: Bilingual) -> str:
    """Attributes from which the page sets an accessible name in its language."""
    return f'data-label-en="{escape(text.en)}" data-label-zh="{escape(text.zh)}"'


def paragraph(text: Bilingual, *, css: str = "") -> str:
    """One paragraph."""
    return f'<p class="{css}">{both(text)}</p>' if css else f"<p>{both(text)}</p>"


def section(name: str, heading: Bilingual, *content: str) -> str:
    """A section with its heading."""
    inner = "\n".join(part for part in content if part)
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{both(heading)}</h2>\n{inner}\n</section>'


def card(figure: Cell, text: Bilingual) -> str:
    """One headline figure."""
    return f'<div class="card"><strong>{both(figure)}</strong><span>{both(text)}</span></div>'


def table(
    heads: Sequence[Cell], rows: Iterable[Sequence[str]], *, caption: Bilingual, words: frozenset[int] = frozenset()
) -> str:
    """A table; cells are HTML already. words: columns of text; all others are numbers, set flush right."""
    kinds = ["w" if column in words else "n" for column in range(len(heads))]
    top = "".join(f'<th scope="col" class="{kind}">{both(head)}</th>' for head, kind in zip(heads, kinds, strict=True))
    body = "\n".join(
        "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" {label(caption)}><table><caption class="unseen">{both(caption)}'
        f"</caption><thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def share_bar(part: float, whole: float, text: str) -> str:
    """A share as a bar with its figure."""
    width = 100.0 * min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0
    return (
        f'{escape(text)} <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rest" width="100" height="10"/><rect class="part" width="{width:.1f}" height="10"/></svg>'
    )


def show_button(layer: str, index: int, rank: int, text: Bilingual) -> str:
    """A table's rank that shows its place on the map."""
    named = Bilingual(en=f"{rank}: {text.en}", zh=f"{rank}：{text.zh}")
    return (
        f'<button type="button" class="show" data-layer="{layer}" data-index="{index}" {label(named)}>{rank}</button>'
    )
