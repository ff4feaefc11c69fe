"""What was done and what came of it, as people read it."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tests.faults.count import Count
from tests.faults.faults import Proof
from tests.faults.load import Load

_SHOWN = 10


def render(proofs: Sequence[Proof], load: Load, found: Count) -> RenderableType:
    """Return the tables."""
    return Group(_faults(proofs), _load(load), _count(found), _verdict(found))


def _faults(proofs: Sequence[Proof]) -> Table:
    table = Table(title="Faults under load", title_justify="left")
    for name, justify in (("fault", "left"), ("victim", "left"), ("process before", "right"), ("after", "right")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    table.add_column("seconds", justify="right")
    table.add_column("proof")
    for one in proofs:
        table.add_row(one.fault, one.victim, _pid(one.before), _pid(one.after), f"{one.down_s:.1f}", one.told)
    return table


def _pid(pid: int | None) -> str:
    return "" if pid is None else str(pid)


def _load(load: Load) -> Table:
    log = load.log
    table = Table(title="The senders", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("messages a second, sent", f"{len(log.sent) / load.seconds:,.0f}")
    table.add_row("seconds of load", f"{load.seconds:,.0f}")
    table.add_row("deliveries, repeated ones among them", f"{log.deliveries:,}")
    table.add_row("connections cut by the sender", f"{log.cut:,}")
    table.add_row("deliveries without an answer", f"{log.unanswered:,}")
    for status, times in sorted(log.answers.items()):
        table.add_row(f"answers of {status}", f"{times:,}")
    return table


def _count(found: Count) -> Table:
    table = Table(title="The count", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, number in found.figures.items():
        table.add_row(name, f"{number:,}")
    return table


def _verdict(found: Count) -> RenderableType:
    figures = f"{len(found.lost)} lost, {len(found.doubled)} doubled, {len(found.out_of_order)} out of order"
    lines = [Text(figures, style="bold green" if found.balanced else "bold red")]
    for names in (found.lost, found.doubled, found.out_of_order, found.other):
        lines += [Text(f"  {name}") for name in names[:_SHOWN]]
        if len(names) > _SHOWN:
            lines.append(Text(f"  … and {len(names) - _SHOWN} more"))
    return Group(*lines)
