"""The page on lists names every reason and every code that reading and placing them gives."""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "list-files.md").read_text(encoding="utf-8")
ROOMS = (PROJECT / "registry" / "importers" / "reading", PROJECT / "registry" / "importers" / "positions")


def test_every_reason_and_code_of_reading_a_list_stands_on_its_page() -> None:
    given = set()
    for room in ROOMS:
        for file in room.glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                is_rejection = (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rejected"
                )
                if is_rejection and isinstance(node.args[0], ast.Constant):
                    given.add(node.args[0].value)
                if isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) for base in node.bases):
                    given |= {
                        item.value.value
                        for item in node.body
                        if isinstance(item, ast.Assign)
                        and item.targets[0].id == "code"
                        and isinstance(item.value, ast.Constant)
                    }
    assert {"too_large", "outside_area", "pole_coordinates"} <= given
    assert given <= set(re.findall(r"`([a-z_]+)`", TEXT))
