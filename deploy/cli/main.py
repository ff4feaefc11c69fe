"""`ntbcare`: what an operator types."""

import importlib
import keyword
import sys
from typing import Any, NoReturn

import structlog
import typer
from rich.console import Console
from typer.core import TyperGroup

from shared.core.errors import ExplainedError

_COMMANDS = (
    "demo",
    "up",
    "bench",
    "serve",
    "trace",
    "parked",
    "intake",
    "recover",
    "reconcile",
    "status",
    "replies",
    "lapor",
    "casework",
    "graph",
    "kannel",
    "casework",
    "officers",
    "database",
    "events",
    "contracts",
    "routing",
    "directory",
    "figures",
    "import",
)
"""Each is a module of this package (`import_` for `import`) with a typer `app`; only the called one is loaded."""


class _Commands(TyperGroup):
    def list_commands(self, _ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: Any, name: str) -> Any:
        if name not in _COMMANDS:
            return None
        module = f"{name}_" if keyword.iskeyword(name) else name
        command = typer.main.get_command(importlib.import_module(f"deploy.cli.{module}").app)
        command.name = name
        return command


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def ntbcare() -> None:
    """NTB Care: one gateway for every complaint channel of a province."""


def main() -> None:
    """Run the command line; what the operator can mend is explained, not traced. Logs leave `--json` alone."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        app()
    except ExplainedError as error:
        _explain(error)
    except ValueError as error:
        from shared.directory import DirectoryDataError  # noqa: PLC0415  (it is slow to load, and seldom asked for)

        if not isinstance(error, DirectoryDataError):
            raise
        _explain(error)


def _explain(error: Exception) -> NoReturn:
    Console(stderr=True, highlight=False, markup=False).print(str(error), style="red")
    sys.exit(2)


if __name__ == "__main__":
    main()
