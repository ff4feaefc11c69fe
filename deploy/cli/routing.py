"""`ntbcare routing`: train the model of affairs on labelled complaints, and choose which version serves."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.routing_report import report
from services.routing.model import store
from services.routing.model.labels import labelled, read_rows
from services.routing.model.serve import load_model
from shared.core.errors import ExplainedError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The trained model: train, evaluate, models, use.")
console = Console(highlight=False)
app.command()(report)

Models = Annotated[
    Path | None, typer.Option(help="Folder of models; NTBCARE_ROUTING_MODELS, else .state/routing-models.")
]


@app.command()
def train(
    file: Annotated[Path, typer.Argument(help="CSV with `text`, and `affair` or `opd_key`.")],
    models: Models = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Take it into use even where it is worse.")] = False,
) -> None:
    """Train a version and take it into use, unless it is worse than what serves or than the rules (exit code 1)."""
    from services.routing.model.train import train as fit_and_compare  # noqa: PLC0415  (scikit-learn is slow to load)

    folder = models or store.default_folder()
    with console.status("membaca aduan") as status:
        outcome = fit_and_compare(labelled(read_rows(file)), folder, now=datetime.now(UTC), tell=status.update)
    for name, figures in outcome.figures.items():
        console.print(name, *(f"{key} {value}" for key, value in figures.items()))
    if outcome.refused and not force:
        console.print(f"{outcome.card.version} is kept but not in use: {outcome.refused}")
        raise typer.Exit(1)
    store.use(folder, outcome.card.version)
    console.print(f"{outcome.card.version} is in use")


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
    for name, value in figures.items():
        lines = value if isinstance(value, list) else [value]
        for line in lines:
            console.print(name, line)


@app.command("models")
def models_(models: Models = None) -> None:
    """List the versions with their figures on held-out texts, and which one is in use."""
    folder = models or store.default_folder()
    serving = store.in_use(folder)
    table = Table("version", "texts", "top1", "top3", "in use")
    for card in store.cards(folder):
        new = card.evaluation["new"]
        mark = "yes" if card.version == serving else ""
        table.add_row(card.version, str(sum(card.texts.values())), str(new["top1"]), str(new["top3"]), mark)
    console.print(table)


@app.command()
def use(version: Annotated[str, typer.Argument(help="A version, or none.")], models: Models = None) -> None:
    """Let a version serve from the next start on; `none`: the rules alone."""
    folder = models or store.default_folder()
    if version != "none" and not folder.is_dir():
        raise ExplainedError(f"{folder}: there are no models; train one first")
    store.use(folder, None if version == "none" else version)
    console.print(f"in use: {version}")
