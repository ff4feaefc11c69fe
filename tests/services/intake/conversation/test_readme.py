"""The README's table names the rules, and no others."""

import ast
import re
from pathlib import Path
from typing import get_args

from services.intake.conversation import decide, limits
from services.intake.conversation.small_talk import Kind

FOLDER = Path(decide.__code__.co_filename).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def returned() -> list[str]:
    """Every rule that the code can name: what its helpers are called with, and the kinds of small talk."""
    found = []
    for node in ast.walk(ast.parse((FOLDER / "decide.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "prompt":
                continue
            given = [one.value for one in node.keywords if one.arg == "rule"] + node.args
            found += [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [*found, *get_args(Kind)]


def test_the_table_names_exactly_the_rules_that_the_code_can_return():
    listed = re.findall(r"^\| \d+ \| `([a-z_]+)` \|", README, flags=re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == set(returned())


def test_the_readme_gives_the_limits_as_they_are():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", README, flags=re.MULTILINE))
    assert set(rows) == {name for name in vars(limits) if name.isupper()}
    for name, written in rows.items():
        value = getattr(limits, name)
        minutes = value.total_seconds() / 60 if hasattr(value, "total_seconds") else value
        number, _, unit = written.strip().partition(" ")
        factor = {"minutes": 1, "hours": 60, "days": 1440}.get(unit, 1)
        assert int(number.replace(",", "")) * factor == minutes, name
