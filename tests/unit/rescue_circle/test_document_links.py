"""Every document is found from docs/README.md, and every link between documents leads somewhere."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

PROJECT = Path(__file__).parent.parent.parent.parent
DOCS = PROJECT / "docs"
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
COMMAND = re.compile(r"rescue-circle [a-z][a-z-]+(?: [a-z][a-z-]+)*|make [a-z-]+")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def documents() -> list[Path]:
    """The project's Markdown files; without git those that no build has made."""
    try:
        command = ["git", "-C", PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"]
        listed = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        found = [PROJECT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        folders = (PROJECT, DOCS, DOCS / "adr", DOCS / "generated", PROJECT / "web")
        found = [file for folder in folders for file in folder.glob("*.md")]
    return sorted(file for file in found if file.is_file() and "node_modules" not in file.parts)


def prose(document: Path) -> str:
    """The text without its blocks of code."""
    blocks_out = FENCED.sub("", document.read_text(encoding="utf-8"))
    return "\n".join(line for line in blocks_out.splitlines() if not line.startswith("    "))


def links(document: Path) -> list[str]:
    """What the document links to within the project, as it is written."""
    return [link for link in LINK.findall(prose(document)) if not ELSEWHERE.match(link)]


def target(document: Path, link: str) -> Path:
    path = unquote(link.partition("#")[0])
    return (document.parent / path).resolve() if path else document


def anchors(document: Path) -> set[str]:
    """The names that headings get where Markdown is shown on a page of its own."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", document.read_text(encoding="utf-8"))):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower())
        name = words.replace(" ", "-")
        copies = sum(1 for one in found if one == name or re.fullmatch(rf"{re.escape(name)}-\d+", one))
        found.add(f"{name}-{copies}" if copies else name)
    return found


@pytest.mark.parametrize("document", documents(), ids=lambda file: file.relative_to(PROJECT).as_posix())
def test_every_link_of_a_document_leads_to_a_file_and_a_heading(document: Path) -> None:
    astray = []
    for link in links(document):
        file = target(document, link)
        anchor = unquote(link.partition("#")[2])
        inside = file.is_relative_to(PROJECT) and file.exists()
        if not inside or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            astray.append(link)

    assert astray == []


def test_the_way_in_links_every_document() -> None:
    way_in = DOCS / "README.md"
    linked = {target(way_in, link) for link in links(way_in)}
    there = {file.resolve() for file in documents() if file.is_relative_to(DOCS)} - {way_in}

    assert len(there) > 20
    assert sorted(file.relative_to(DOCS).as_posix() for file in there - linked) == []


def test_the_first_page_says_as_much_in_chinese_as_in_english() -> None:
    english, chinese = PROJECT / "README.md", PROJECT / "README.zh-CN.md"
    texts = [file.read_text(encoding="utf-8") for file in (english, chinese)]
    linked = [
        {file for file in (target(document, link) for link in links(document)) if file.suffix != ".png"}
        for document in (english, chinese)
    ]

    assert linked[0] - {chinese} == linked[1] - {english}
    assert set(COMMAND.findall(texts[0])) <= set(COMMAND.findall(texts[1]))
    assert len(re.findall(r"^## ", texts[0], re.MULTILINE)) == len(re.findall(r"^## ", texts[1], re.MULTILINE))


def test_a_link_that_leads_nowhere_would_be_seen(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    lines = ["# A [page](x.md) of `ours`, now", "[a](no.md#b) ![c](d.png) [e](https://e.example)", "    [f](g)"]
    document.write_text("\n".join(lines))

    assert links(document) == ["x.md", "no.md#b", "d.png"]
    assert anchors(document) == {"a-page-of-ours-now"}
    assert not target(document, "no.md#b").exists()
