"""`ntbcare routing`: train the model of affairs on labelled complaints, and choose which version serves."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.operator import with_database
from deploy.cli.routing_report import report
from services.routing.model import FEWEST_TEXTS, store
from services.routing.model.labels import labelled, read_rows
from services.routing.model.serve import load_model
from services.routing.settings import RoutingSettings
from shared.core.errors import ExplainedError
from shared.db import Database
from shared.directory.affairs import main_affair

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The trained model: train, evaluate, models, use.")
console = Console(highlight=False, markup=False)
#: Of a long list, so many rows are printed.
_MOST_ROWS = 100
_LISTED = ("top1", "top3", "right_at_60")
app.command()(report)

Models = Annotated[
    Path | None, typer.Option(help="Folder of models; NTBCARE_ROUTING_MODELS, else .state/routing-models.")
]


@app.command()
def train(
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV with `text`, and `affair` or `opd_key`. Without it: what officers chose."),
    ] = None,
    models: Models = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Take it into use even where it is worse.")] = False,
) -> None:
    """Train a version and take it into use, unless it is worse than what serves or than the rules (exit code 1)."""
    from services.routing.model.train import train as fit_and_compare  # noqa: PLC0415  (scikit-learn is slow to load)

    folder = models or store.default_folder()
    pairs = labelled(read_rows(file)) if file else _chosen()
    with console.status("reading the complaints") as status:
        outcome = fit_and_compare(pairs, folder, now=datetime.now(UTC), tell=status.update)
    for note in outcome.notes:
        console.print(note)
    _print_figures(outcome.figures)
    if outcome.refused and not force:
        console.print(f"{outcome.card.version} is kept but not in use: {outcome.refused}")
        raise typer.Exit(1)
    store.use(folder, outcome.card.version)
    console.print(f"{outcome.card.version} is in use from the next start of routing on")


def _chosen() -> list[tuple[str, str]]:
    """Return text and main affair of every complaint that an officer has judged, as routing itself may read them."""
    from services.routing.learning.repository import confirmed  # noqa: PLC0415  (a file needs no database)

    async def look(database: Database) -> list[tuple[str, str]]:
        async with database.transaction() as tx:
            return [(text, main_affair(affair)) for text, affair in await confirmed(tx)]

    found = with_database(RoutingSettings.load().database_url.get_secret_value(), "train", look)
    console.print(f"{len(found)} complaints in the database have an affair that an officer chose or took")
    if len(found) < FEWEST_TEXTS:
        raise ExplainedError(f"At least {FEWEST_TEXTS} are needed. Go on assigning, or train from a FILE.csv.")
    return found


def _print_figures(figures: Mapping[str, Mapping[str, float]]) -> None:
    table = Table("on the texts held out", *figures["new"])
    for name, values in figures.items():
        table.add_row(name.replace("_", " "), *map(str, values.values()))
    console.print(table)


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="CSV with `text` and any of opd_key, affair, region_code, …")],
    models: Models = None,
    *,
    untrained: Annotated[bool, typer.Option("--untrained", help="Measure the rules alone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure on a labelled file. `village`: the whole code right, where a kecamatan or village is wanted."""
    from services.routing.evaluation import evaluate as measure  # noqa: PLC0415  (only this needs the rules)

    figures = measure(read_rows(file), None if untrained else load_model(models))
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    versions = figures.pop("versions")
    lists = {name: figures.pop(name) for name in ("calibration", "confusions", "wrong")}
    table = Table("figure", "value")
    for name, value in {**figures, **versions}.items():
        table.add_row(name, "—" if value is None else str(value))
    console.print(table)
    for name, rows in lists.items():
        _print_rows(name, rows)


def _print_rows(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    table = Table(*rows[0], title=title)
    for row in rows[:_MOST_ROWS]:
        table.add_row(*map(str, row.values()))
    console.print(table)
    if len(rows) > _MOST_ROWS:
        console.print(f"… and {len(rows) - _MOST_ROWS} more; --json has them all")


@app.command("models")
def models_(models: Models = None) -> None:
    """List the versions with their figures on held-out texts, and which one is in use."""
    folder = models or store.default_folder()
    serving = store.in_use(folder)
    cards, faults = store.cards(folder)
    table = Table("version", "texts", *_LISTED, "in use")
    for card in cards:
        figures = [str(card.evaluation.get("new", {}).get(name, "—")) for name in _LISTED]
        mark = "yes" if card.version == serving else ""
        table.add_row(card.version, str(sum(card.texts.values())), *figures, mark)
    console.print(table)
    for fault in faults:
        console.print(fault)


@app.command()
def use(version: Annotated[str, typer.Argument(help="A version, or none.")], models: Models = None) -> None:
    """Let a version serve from the next start on; `none`: the rules alone."""
    folder = models or store.default_folder()
    if version != "none" and not folder.is_dir():
        raise ExplainedError(f"{folder}: there are no models; train one first")
    store.use(folder, None if version == "none" else version)
    console.print(f"in use: {version}")
