"""The demonstration as people see it: a live table, the officer's work, the ledger."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from deploy.demo.story import Complaint, Story
from shared.events import REGIONS

_SHOWN = 48
"""Characters of a message that the table shows."""


def render(story: Story) -> RenderableType:
    """Return everything so far."""
    parts: list[RenderableType] = [_calls(story), _complaints(story)]
    if story.officer:
        parts.append(_officer(story))
    if story.outside.regions:
        parts.append(_outside(story))
    if story.ledger:
        parts.append(_ledger(story))
    return Group(*parts)


def _calls(story: Story) -> Table:
    table = Table(title="What the providers sent", title_justify="left", expand=False)
    for name in ("Call", "Messages", "Answer", "ms"):
        table.add_column(name, justify="left" if name == "Call" else "right")
    for call in story.calls:
        mark = "" if call["as_expected"] else " ✗"
        table.add_row(call["label"], str(call["messages"]), f"{call['status']}{mark}", f"{call['milliseconds']:.0f}")
    return table


def _complaints(story: Story) -> Table:
    table = Table(title="What became of it", title_justify="left", show_lines=True)
    table.add_column("Ticket, channel, state", no_wrap=True)
    table.add_column("Place, agency, and why")
    table.add_column("ms", justify="right", no_wrap=True)
    for one in story.complaints.values():
        table.add_row(f"{one.ticket}\n{one.channel}\n{one.state}", _agency(one), _times(one))
    return table


def _agency(one: Complaint) -> Text:
    if not one.agency:
        return Text("…")
    place = one.place or "(disegel)"
    return Text.assemble(place, "\n", (one.agency, "bold"), f" ({one.confidence:.0%})\n", (one.why, "dim"))


def _times(one: Complaint) -> str:
    times = one.milliseconds.items()
    return "\n".join(f"{stop} {'…' if value is None else f'{value:.0f}':>5}" for stop, value in times)


def _officer(story: Story) -> Text:
    officer = story.officer
    text = Text.assemble("\n", ("The officer", "bold"), f" of {officer['agency']} took {officer['ticket']}, ")
    text.append(f"answered and closed it.\n  {officer['answer']}\n")
    if officer.get("citizen_reads"):
        text.append(f"The citizen, with ticket and access code, reads the same; status: {officer['citizen_sees']}.\n")
    return text


def _outside(story: Story) -> Table:
    table = Table(title="What those outside hold, as they say themselves", title_justify="left", show_lines=True)
    table.add_column("Ticket", no_wrap=True)
    table.add_column("LAPOR! (stand-in)", no_wrap=True)
    table.add_column("The citizen was told", ratio=1)
    table.add_column("On the topics of", no_wrap=True)
    outside = story.outside
    for one in story.complaints.values():
        held = outside.lapor.get(one.ticket)
        number = f"#{held.number}\n{held.status}" if held else _absent(one)
        told = "\n".join(f"{said.channel}: {_first_line(said.text)}" for said in outside.told_of(one.ticket))
        regions = [REGIONS[region] for region in outside.regions_of(one.ticket)]
        table.add_row(one.ticket, number, Text(told or "in the app, by ticket and code"), "\n".join(regions) or "—")
    return table


def _absent(one: Complaint) -> str:
    if one.sealed:
        return "never: it is sealed"
    return "waits: not verified" if not one.verified else "…"


def _first_line(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]} …"


def _ledger(story: Story) -> Table:
    figures = story.ledger.figures if story.ledger else {}
    table = Table(title="Ledger: the sender's log of 2xx, SQL, a fresh Kafka consumer", title_justify="left", padding=0)
    for name in figures:
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    table.add_row(*(str(value) for value in figures.values()))
    return table
