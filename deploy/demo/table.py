"""The demonstration as people see it: a short table while it runs; then each complaint, the answers, the ledger."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from deploy.demo.outside import ANSWERS
from deploy.demo.story import Complaint, Story
from shared.directory.regions import PROVINCE_CODE
from shared.events import REGIONS

_SHORT = {PROVINCE_CODE: "Provinsi NTB"}


def progress(story: Story) -> RenderableType:
    """Return a line for each call and each complaint: it fits on a screen of 24 lines, so that it can be redrawn."""
    table = Table()
    for name in ("Ticket", "Channel", "State", "LAPOR!"):
        table.add_column(name, no_wrap=True)
    table.add_column("Agency")
    for one in story.complaints.values():
        agency = Text(one.agency or "…", no_wrap=True, overflow="ellipsis")
        table.add_row(one.ticket, one.channel, one.state, one.lapor_id or "…", agency)
    return Group(_calls(story), table)


def render(story: Story) -> RenderableType:
    """Return everything that happened."""
    parts: list[RenderableType] = [_calls(story), _complaints(story)]
    if story.officer:
        parts.append(_answers(story))
    if story.ledger:
        parts.append(_ledger(story))
    return Group(*parts)


def verdict(story: Story) -> RenderableType:
    """Return what does not hold, or what all of it comes to."""
    mark, lines = ("✗", story.failures) if story.failures else ("✓", _what_holds(story))
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row(Text(mark, "red" if story.failures else "green"), line)
    return table


def _calls(story: Story) -> Table:
    table = Table(title="What the providers sent", title_justify="left")
    for name in ("Call", "Messages", "Answer", "ms"):
        table.add_column(name, justify="left" if name == "Call" else "right", no_wrap=True)
    for call in story.calls:
        mark = "" if call["as_expected"] else " ✗"
        table.add_row(call["label"], str(call["messages"]), f"{call['status']}{mark}", f"{call['milliseconds']:.0f}")
    return table


def _complaints(story: Story) -> Table:
    table = Table(title="What became of it", title_justify="left", show_lines=True)
    table.add_column("Complaint", no_wrap=True)
    table.add_column("Its agency, and why", ratio=1)
    table.add_column("Outside", no_wrap=True)
    for one in story.complaints.values():
        table.add_row(f"{one.ticket}\n{one.channel}\n{one.state}", _agency(one), _outside(one, story))
    return table


def _agency(one: Complaint) -> Text:
    if not one.agency:
        return Text("…")
    times = " · ".join(f"{stop} {'…' if value is None else f'{value:.0f}'}" for stop, value in one.milliseconds.items())
    return Text.assemble((one.agency, "bold"), f" ({one.confidence:.0%})\n{one.why}\n", (f"{times} ms", "dim"))


def _outside(one: Complaint, story: Story) -> str:
    """Say what LAPOR!, the citizen and the regions' topics hold, by their own word."""
    held, told = story.outside.lapor.get(one.ticket), [said.what for said in story.outside.told_of(one.ticket)]
    regions = (_SHORT.get(region, REGIONS[region]) for region in story.outside.regions_of(one.ticket))
    return "\n".join(
        (
            f"LAPOR! {held.number}\n{held.status}" if held else _why_not(one),
            f"told: {' + '.join(told) or 'nothing yet'}" if one.channel in ANSWERS else "told: in the app",
            *(f"topic: {name}" for name in regions),
        )
    )


def _why_not(one: Complaint) -> str:
    if one.sealed:
        return "sealed: not at LAPOR!\nand on no topic"
    return "…" if one.verified else "not verified: waits"


def _answers(story: Story) -> RenderableType:
    officer, app = story.officer, story.officer.get("citizen_reads", [])
    said = [said for ticket in officer["answered"] for said in story.outside.told_of(ticket)]
    answered = [one for one in said if one.what == "answer"]
    parts: list[RenderableType] = [
        Text.assemble("\n", ("An officer", "bold"), f" took, answered and closed {len(officer['answered'])} of them.")
    ]
    for where, text in [
        *(("by text message", said.text) for said in answered if said.channel == "sms"),
        *(("in the app, by ticket and access code", text) for text in app),
    ]:
        parts += [f"As the citizen reads it {where}:", Padding(Text(text), (0, 0, 0, 2))]
    return Group(*parts, "")


def _ledger(story: Story) -> Table:
    figures = story.ledger.figures if story.ledger else {}
    table = Table(title="Ledger: the sender's log of 2xx, SQL, a fresh Kafka consumer", title_justify="left", padding=0)
    for name in figures:
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    table.add_row(*(str(value) for value in figures.values()))
    return table


def _what_holds(story: Story) -> list[str]:
    figures = story.ledger.figures if story.ledger else {}
    complaints, outside = story.complaints.values(), story.outside
    slowest = max(sum(value or 0 for value in one.milliseconds.values()) for one in complaints) / 1000
    accepted = f"{figures['accepted']} messages accepted, {figures['duplicates']} of them delivered twice"
    lapor = f"{len(outside.lapor)} at LAPOR! (a stand-in), once each, and on their regions' topics only"
    answers = sum(one.answers for one in outside.lapor.values())
    return [
        f"{accepted}: {figures['complaints']} complaints, each at its agency within {slowest:.1f} s",
        f"{lapor}; {sum(one.sealed for one in complaints)} sealed, which stays inside",
        f"{answers} answers of ours at LAPOR!, and what an institution wrote there reached its citizen, each once",
        f"{len(outside.told)} messages to citizens where they wrote, none twice; the app shows its own by ticket",
        f"{figures['events']} events in order, {figures['gaps']} gaps; a forged call was refused",
    ]
