"""Every SQL statement is where a reader looks for it, and nobody prints but the command line."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import product_modules

SQL_PLACES = ("shared/db/", "shared/kafka/", "deploy/")
SQL_VERBS = {
    "select",
    "insert",
    "update",
    "delete",
    "text",
    "literal",
    "exists",
    "union",
    "union_all",
    "literal_column",
}
SQL_WORDS = re.compile(
    r"\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s*\(|TRUNCATE\s"
    r"|(?:CREATE|ALTER|DROP)\s+(?:TABLE|ROLE|SCHEMA|INDEX|VIEW|FUNCTION|DATABASE)\s|GRANT\s|REVOKE\s|LOCK\s+TABLE\s)"
)
STATEMENT_RUNNERS = {"execute", "scalar", "scalars", "fetch", "look"}
TYPES_ONLY = {"Row"}
"""What a service may import of SQLAlchemy: the type of a row that the repository returned."""


def holds_sql(path: Path) -> bool:
    return path.as_posix().startswith(SQL_PLACES) or path.name == "repository.py" or "migrations" in path.parts


def sql_in(path: Path, tree: ast.Module) -> set[str]:
    """Name what makes a module hold SQL: a verb of SQLAlchemy, the connection of a transaction, a statement as text."""
    verbs = SQL_VERBS - {"text"} if path.name == "models.py" else SQL_VERBS  # defaults and partial indexes are text
    found = set()
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "sqlalchemy":
                wanted = {alias.name for alias in names}
                found |= wanted & verbs if path.name == "models.py" else wanted - TYPES_ONLY
            case ast.Import(names=names):
                found |= {alias.name for alias in names} & {"sqlalchemy", "asyncpg"}
            case ast.Attribute(value=ast.Name(id="tx"), attr=way) if way in STATEMENT_RUNNERS:
                found.add(f"tx.{way}")
            case ast.Constant(value=str(words)) if id(node) not in documentation and SQL_WORDS.match(words):
                found.add(words.strip().splitlines()[0])
    return found


def test_sql_is_only_in_repositories():
    found = {str(path): sql_in(path, tree) for path, tree in product_modules().items() if not holds_sql(path)}
    assert not {path: what for path, what in found.items() if what}, "put it into repository.py and call that"


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import select",
        "from sqlalchemy.dialects.postgresql import insert",
        "import sqlalchemy as sa",
        "async def show(tx): await tx.execute(1)",
        "x = 'SELECT 1 FROM complaint'",
        "x = f'DELETE FROM {table}'",
    ],
)
def test_sql_in_the_wrong_place_is_found(code):
    assert sql_in(Path("services/casework/service.py"), ast.parse(code))


def test_words_about_sql_are_no_sql():
    assert not sql_in(Path("services/casework/service.py"), ast.parse("'''SELECT is for repositories.'''"))


def prints(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "pprint"}
        for node in ast.walk(tree)
    )


def test_only_the_command_line_prints():
    printing = {path.as_posix() for path, tree in product_modules().items() if prints(tree)}
    stray = {path for path in printing if not path.startswith("deploy/cli/")}
    assert not stray, "log an event with fields (structlog), or say it in deploy/cli"
