"""What a clean checkout, and an image, need to build the pages."""

import json
import re

from tests.conftest import PROJECT

IMPORT = re.compile(r'from "((?:\.\./)+[^"]+)"')


def test_the_lock_holds_every_platforms_packages() -> None:
    """A newer npm refuses a lock that lacks some, and an older one makes one that does."""
    lock = json.loads((PROJECT / "web/package-lock.json").read_text(encoding="utf-8"))["packages"]
    held = {path.rpartition("node_modules/")[2] for path in lock}
    wanted = {name for package in lock.values() for name in package.get("optionalDependencies", ())}

    assert len(wanted) > 20
    assert wanted <= held


def test_the_lock_names_no_registry() -> None:
    text = (PROJECT / "web/package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in text


def test_the_image_is_given_all_that_the_pages_read_from_outside_their_folder() -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", (PROJECT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    outside = set()
    for file in (PROJECT / "web/src").rglob("*.ts*"):
        for path in IMPORT.findall(file.read_text(encoding="utf-8")):
            target = (file.parent / path).resolve()
            if not target.is_relative_to(PROJECT / "web"):
                outside.add(target.relative_to(PROJECT).as_posix())

    assert outside
    assert [one for one in sorted(outside) if not any(one.startswith(f"{part}/") for part in copied)] == []
