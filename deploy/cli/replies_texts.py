"""`ntbcare replies templates`: what citizens read, changed without a deploy.

A running service takes it within half a minute. What was written before stays: a change is a new version, and so is
`reset`.
"""

import getpass
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from sqlalchemy import text

from deploy.cli.operator import as_operator, console, fail, grid, wita
from services.replies.forms import FORMS, PIECE, WordingError, allowed, check, form_of
from services.replies.templates import Texts, sample
from services.replies.words import Key, Words, chain, shipped
from shared.channels.alphabet import count_parts, forces_ucs2, spelled_plainly
from shared.db import Database, sqlstate

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="What citizens read: list, show, preview, set, reset."
)

_NEWEST = text("""
    SELECT DISTINCT ON (event, place, language) event, place, language, version, text, author, role, at
    FROM replies.template ORDER BY event, place, language, version DESC
""")
_HISTORY = text("""
    SELECT version, text, author, role, at FROM replies.template
    WHERE event = :event AND place = :place AND language = :language ORDER BY version DESC
""")
_ADD = text("""
    INSERT INTO replies.template (event, place, language, version, text, author)
    SELECT :event, :place, :language, coalesce(max(version), 0) + 1, :text, :author FROM replies.template
    WHERE event = :event AND place = :place AND language = :language RETURNING version
""")
_TAKEN = "23505"

Event = Annotated[str, typer.Argument(metavar="EVENT", help="As `list` names it: closed, reason.duplicate, …")]
Place = Annotated[
    str | None,
    typer.Option(help="sms, direct, public or private, or CHANNEL.PLACE. Without it: sms; of a piece, piece."),
]
Language = Annotated[str, typer.Option(help="id, en, sas, smw, bhp or another language tag.")]
By = Annotated[str, typer.Option("--by", help="Who writes it; without it your login name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_(
    *, language: Annotated[str | None, typer.Option(help="Only this language.")] = None, as_json: AsJson = False
) -> None:
    """List the texts, with whose each is: shipped with the house, or somebody's own."""
    own = _own()
    words = _words(own)
    rows = [_row(key, own) for key in words.all_keys() if language in {None, key.language}]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str, indent=2))
        return
    table = grid()
    for row in rows:
        table.add_row(f"{row['event']}  {row['place']}  {row['language']}", str(row["whose"]))
    console.print(table)
    for key, why in words.unusable.items():
        console.print(f"{key.event} {key.place} {key.language} is passed over: {why}")


@app.command()
def show(event: Event, *, place: Place = None, language: Language = "id") -> None:
    """Show one text as it stands, what it may name, and who wrote which version."""
    key = _key(event, place, language)
    words = _words(_own())
    said = words.find(key.event, key.place, language=key.language)
    must, may = allowed(key.event, key.place)
    console.print(said or "Nobody has written it.")
    console.print(f"Needed: {_braces(must)}. Allowed besides: {_braces(may - must)}.")
    for row in as_operator(lambda database: _rows(database, _HISTORY, _values(key))):
        what = "the shipped text again" if row["text"] is None else row["text"]
        console.print(f"\n{row['version']}, {row['author']} ({row['role']}), {wita(row['at'])} WITA: {what}")


@app.command()
def preview(
    event: Event,
    *,
    place: Place = None,
    language: Language = "id",
    words: Annotated[str | None, typer.Option("--text", help="Words to try; without it those that stand now.")] = None,
    page: Annotated[str, typer.Option(help="The address where tickets are looked up, as in the service.")] = "",
) -> None:
    """Show how a text reads with made-up values, in how many text messages, and what makes them more."""
    key = _key(event, place, language)
    own = _words(_own())
    said = words or own.find(key.event, key.place, language=key.language)
    if said is None:
        fail(f"Nobody has written {event} for {key.place}. See: ntbcare replies templates list")
    _checked(key, said)
    _print_preview(key, said, Texts(status_page=page))


@app.command("set")
def set_(
    event: Event,
    words: Annotated[str, typer.Argument(metavar="TEXT", help="The words; - reads them from standard input.")],
    *,
    place: Place = None,
    language: Language = "id",
    by: By = "",
    longer: Annotated[bool, typer.Option("--longer", help="Let it take more than one text message.")] = False,
) -> None:
    """Write a text; what it may name is checked first. It counts within half a minute, for what is said then."""
    key = _key(event, place, language)
    said = sys.stdin.read().strip() if words == "-" else words
    _checked(key, said)
    parts = _print_preview(key, said, Texts())
    if parts > 1 and not longer and key.place.endswith(("sms", "private")) and "text" not in form_of(event).must:
        fail(f"It takes {parts} text messages. Shorten it, or say --longer.")
    version = as_operator(lambda database: _add(database, key, said, by))
    console.print(f"{key.event} {key.place} {key.language} is version {version} now.")


@app.command()
def reset(event: Event, *, place: Place = None, language: Language = "id", by: By = "") -> None:
    """Take the shipped text again (in a language that has none: that of the next in its chain)."""
    key = _key(event, place, language)
    if key not in _own():
        fail(f"{event} {key.place} {language} is nobody's own text. See: ntbcare replies templates list")
    version = as_operator(lambda database: _add(database, key, None, by))
    console.print(f"{key.event} {key.place} {key.language} is the shipped one again (version {version}).")


def _key(event: str, place: str | None, language: str) -> Key:
    try:
        form = form_of(event)
    except WordingError as error:
        fail(str(error))
    return Key(event, place or (PIECE if form.places == (PIECE,) else "sms"), language.lower())


def _checked(key: Key, said: str) -> None:
    try:
        check(key.event, key.place, key.language, said)
    except WordingError as error:
        fail(str(error))


def _print_preview(key: Key, said: str, texts: Texts) -> int:
    """Print how it reads; return how many text messages it takes."""
    if key.event not in FORMS:
        console.print(said)
        return 1
    filled = texts.fill(said, sample(key.event), key.language)
    console.print(filled)
    plain = spelled_plainly(filled)
    parts, letters = count_parts(plain), forces_ucs2(plain)
    alphabet = f"UCS-2, because of {' '.join(letters)}" if letters else "GSM-7"
    console.print(f"\n{len(plain)} characters, {parts} text message{'s' if parts > 1 else ''}, {alphabet}.")
    return parts


def _own() -> Mapping[Key, Mapping[str, Any]]:
    rows = as_operator(lambda database: _rows(database, _NEWEST, {}))
    return {Key(row["event"], row["place"], row["language"]): row for row in rows if row["text"] is not None}


def _words(own: Mapping[Key, Mapping[str, Any]]) -> Words:
    return Words({key: row["text"] for key, row in own.items()})


def _row(key: Key, own: Mapping[Key, Mapping[str, Any]]) -> dict[str, object]:
    row = own.get(key)
    whose = "shipped" if row is None else f"{row['author']}, version {row['version']}, {wita(row['at'])} WITA"
    where = {"event": key.event, "place": key.place, "language": key.language}
    return {**where, "whose": whose, "text": row["text"] if row else shipped()[key], "chain": list(chain(key.language))}


async def _add(database: Database, key: Key, said: str | None, by: str) -> int:
    values = {**_values(key), "text": said, "author": by or getpass.getuser()}
    try:
        async with database.transaction() as tx:
            return int(await tx.scalar(_ADD, values))
    except Exception as error:
        if sqlstate(error) != _TAKEN:
            raise
        fail("Somebody else has just written this text. Look at it, then decide again: ntbcare replies templates show")


async def _rows(database: Database, statement: Any, values: Mapping[str, str]) -> list[Mapping[str, Any]]:
    async with database.transaction() as tx:
        return [dict(row) for row in (await tx.execute(statement, values)).mappings()]


def _values(key: Key) -> dict[str, str]:
    return {"event": key.event, "place": key.place, "language": key.language}


def _braces(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"
