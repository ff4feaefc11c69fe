"""`ntbcare figures`: the follow-up rate and the quality of answers, on the command line (with monitoring's settings).

Sealed complaints are left out, as for everybody but the Inspectorate.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from deploy.cli.operator import console, with_database
from services.monitoring import service
from services.monitoring.exports import answers_csv, follow_up_csv, percent
from services.monitoring.naming import name_of
from services.monitoring.rules import CUTS, FILTERS, Cut, Duration, Figures, Question, Scope, share
from services.monitoring.schemas import answers_out, follow_up_out
from services.monitoring.service import AnswerQuality
from services.monitoring.settings import MonitoringSettings
from shared.core.errors import ExplainedError, ProblemError
from shared.db import Database, UnitOfWork

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The follow-up rate, and how good answers were.")
T = TypeVar("T")

From = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of receipt, WITA.")]
To = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of receipt, WITA.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AsCsv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write a CSV file in which a spreadsheet runs nothing; `-` prints it."),
]


@app.command("follow-up")
def follow_up(
    start: From,
    end: To,
    by: Annotated[str, typer.Option(help=f"One of {', '.join(CUTS)}.")] = "agency",
    only: Annotated[
        list[str] | None, typer.Option(metavar="CUT=KEY", help=f"Only these, of {', '.join(FILTERS)}; repeat it.")
    ] = None,
    *,
    as_json: AsJson = False,
    csv_file: AsCsv = None,
) -> None:
    """Print how many of the complaints received in a period were followed up by their agency."""
    question = Question(start=start.date(), end=end.date(), by=_cut(by), filters=_filters(only or []))
    answered = _run(lambda tx: service.follow_up(tx, question, Scope()))
    if as_json:
        typer.echo(follow_up_out(answered).model_dump_json(by_alias=True))
    elif csv_file:
        _write(csv_file, follow_up_csv(answered))
    else:
        console.print(_table(question, answered.buckets, answered.total))


@app.command("answers")
def answers(start: From, end: To, *, as_json: AsJson = False, csv_file: AsCsv = None) -> None:
    """Print how many of the answers of a period had which warning, by agency."""
    first, last = start.date(), end.date()
    total, buckets = _run(lambda tx: service.answers(tx, first, last, Scope()))
    if as_json:
        typer.echo(answers_out(first, last, total, buckets).model_dump_json(by_alias=True))
    elif csv_file:
        _write(csv_file, answers_csv(total, buckets))
    else:
        console.print(_answers(f"Answers of {first} to {last}", buckets, total))


@app.command()
def rebuild(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Empty what events make again, so that it can be counted anew. An imported past stays. Stop monitoring first."""
    if not yes:
        typer.confirm("Is monitoring stopped (ntbcare serve monitoring), and may all that it counted go?", abort=True)
    gone = _run(service.forget)
    console.print(f"{gone} complaints are forgotten. Next: ntbcare events republish --all, then start monitoring.")


def _table(question: Question, buckets: Mapping[str, Figures], total: Figures) -> Table:
    """Return the follow-up rate as people read it; what has no name yet is printed as it is, markup and all."""
    counts = ("received", "followed up", "rate", "of complaints")
    only = "".join(f", {cut} {key}" for cut, key in question.filters.items())
    table = _plain(f"Received {question.start} to {question.end}{only}", question.by, *counts, *_FIRST_FOLLOW_UP)
    table.caption = _left_out(total)
    for key, one in buckets.items():
        table.add_row(escape(name_of(question.by, key)), *_line(one))
    table.add_section()
    table.add_row("Jumlah", *_line(total), style="bold")
    return table


_NAME = 28
_FIRST_FOLLOW_UP = ("median hours", "working days", "within the limit")


def _line(of: Figures) -> tuple[str, ...]:
    took, limit = of.steps.get("received_to_follow_up"), of.limits.get("follow_up")
    within = _percent(limit.share) if limit and limit.share is not None else "not known"
    counts = (f"{of.received:,}", f"{of.followed_up:,}", _percent(of.rate), _percent(of.complaint_rate))
    return (*counts, *_took(took), within)


def _took(duration: Duration | None) -> tuple[str, str]:
    return (_number(duration.median_hours), _number(duration.median_days)) if duration else ("—", "—")


def _left_out(total: Figures) -> str | None:
    parts = ", ".join(f"{count:,} {reason}" for reason, count in total.left_out.items())
    return f"Of complaints: without {parts} (docs/follow-up-rate.md)" if parts else None


def _answers(title: str, buckets: Mapping[str, AnswerQuality], total: AnswerQuality) -> Table:
    table = _plain(title, "agency", "answers", *total.warnings)

    def add(name: str, one: AnswerQuality, style: str | None = None) -> None:
        shares = (_percent(share(one.warnings.get(warning, 0), one.answers)) for warning in total.warnings)
        table.add_row(name, f"{one.answers:,}", *shares, style=style)

    for key, one in buckets.items():
        add(escape(name_of("agency", key)), one)
    table.add_section()
    add("Jumlah", total, "bold")
    return table


def _plain(title: str, first: str, *numbers: str) -> Table:
    table = Table(title=escape(title), title_justify="left", caption_justify="left")
    table.add_column(first, min_width=_NAME)
    for name in numbers:
        table.add_column(escape(name), justify="right")
    return table


def _write(file: Path, text: str) -> None:
    """Write a CSV file where it was asked for; `-` is the terminal."""
    if str(file) == "-":
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ExplainedError(f"{file} cannot be written: {error.strerror}") from None
    console.print(f"Written: {escape(str(file))}")


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.1f}"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{percent(value)} %"


def _cut(by: str) -> Cut:
    for cut in CUTS:
        if cut == by:
            return cut
    raise typer.BadParameter(f"One of {', '.join(CUTS)}.", param_hint="--by")


def _filters(only: list[str]) -> dict[str, str]:
    found = dict(one.partition("=")[::2] for one in only)
    if unknown := sorted(found.keys() - set(FILTERS)):
        raise typer.BadParameter(f"{', '.join(unknown)}: one of {', '.join(FILTERS)}.", param_hint="--only")
    return found


def _run(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    async def run(database: Database) -> T:
        async with database.transaction() as tx:
            return await work(tx)

    try:
        return with_database(MonitoringSettings.load().database_url.get_secret_value(), "figures", run)
    except ProblemError as problem:
        raise ExplainedError(str(problem)) from None
