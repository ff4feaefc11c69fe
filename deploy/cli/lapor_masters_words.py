"""What `ntbcare lapor masters diff` says, line by line."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from deploy.cli.operator import wita
from deploy.reconcile.lapor.masters import Compared, Fault

_OURS = {"institutions": "agencies", "topics": "affairs", "locations": "regions"}
_FALLS_TO = {
    "institutions": "their complaints go to the province's institution",
    "topics": "their complaints go without a topic",
    "locations": "their complaints go with the location of the settings",
}


def told(compared: Iterable[Compared], most: int, now: datetime, *, settings_checked: bool) -> Iterator[str]:
    """Yield what was found, list by list, each fault with what to do."""
    for one in compared:
        yield from _kind(one, most, now)
        yield ""
    if not settings_checked:
        yield "The settings' own ids were not checked: NTBCARE_LAPOR_INSTITUTION_ID is not set here."
    yield "NTBCARE_LAPOR_CLASSIFICATION_ID cannot be checked: LAPOR! has no list of classifications that we know of."


def _kind(one: Compared, most: int, now: datetime) -> Iterator[str]:
    if one.read_at is None:
        yield (
            f"{one.kind}: never read, or LAPOR! has no such list; {one.used} ids of ours are not checked. "
            "ntbcare lapor masters sync says which."
        )
        return
    yield f"{one.kind}: {one.entries} at LAPOR!, read last {wita(one.read_at)} WITA; {one.used} ids of ours."
    if one.old:
        days = (now - one.read_at).days
        yield f"  OLD: read {days} days ago. Does lapor run? Read it now: ntbcare lapor masters sync"
    yield from (f"  {_fault(fault)}" for fault in one.faults)
    if not one.faults:
        yield "  Every id that we use is there."
    yield from (f"  gone in the last reading: {entry.id} {entry.name}" for entry in one.gone)
    yield from _unmapped(one, most)


def _fault(fault: Fault) -> str:
    mend = "set it anew" if fault.where == "settings" else f"end its row in {fault.where} and add a new one"
    match fault.what:
        case "unknown":
            return f"UNKNOWN: {fault.key} is {fault.lapor_id}, and LAPOR! has never shown that id: {mend}."
        case "gone":
            return (
                f"GONE: {fault.key} is {fault.lapor_id} “{fault.theirs}”, which LAPOR! has not shown since "
                f"{wita(fault.gone_at)}: {mend}."
            )
        case "renamed":
            return (
                f"RENAMED: {fault.key} is {fault.lapor_id}, noted as “{fault.noted}”, at LAPOR! “{fault.theirs}”: "
                f"is it still the same? Then write that name into {fault.where}, otherwise {mend}."
            )


def _unmapped(one: Compared, most: int) -> Iterator[str]:
    if not one.unmapped:
        return
    yield f"  {one.unmapped} {_OURS[one.kind]} have no id of their own: {_FALLS_TO[one.kind]}."
    if one.suggestions:
        yield f"  Suggestions by like names; check each, then add its row to {one.table} (ntbcare directory import):"
    for suggestion in one.suggestions[:most]:
        by = f" by its name “{suggestion.by}”" if suggestion.by != suggestion.name else ""
        yield f"    {suggestion.name} ~ {suggestion.theirs} ({suggestion.likeness:.0%}{by})"
        yield f"      {suggestion.row}"
    if len(one.suggestions) > most:
        yield f"    … {len(one.suggestions) - most} more: --suggestions {len(one.suggestions)}, or --json"
