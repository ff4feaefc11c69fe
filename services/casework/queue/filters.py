"""What an officer asks the queue for."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.casework.mirroring.rules import ToSettle
from services.casework.queue.cursor import Place, read_cursor
from shared.core.text import clean_text
from shared.events import CaseState, Kind, Urgency

WaitingFor = Literal["verification", "citizen", "transfer"]
"""What keeps a case: an officer who says whose it is, the citizen's words, or the coordinator's word on a transfer."""
Order = Literal["newest", "due"]

_Key = Annotated[str, Field(max_length=100)]


def _words(text: str) -> str:
    words = clean_text(text).strip()
    if not words:
        raise PydanticCustomError("no_words", "Tulis kata atau nomor tiket yang dicari")
    return words


class Filters(BaseModel):
    """Which cases, in which order, from where on; all that is given must fit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Annotated[tuple[CaseState, ...], Field(description="One or several.")] = ()
    open: Annotated[bool | None, Field(description="`false`: only what is closed, archived or rejected.")] = None
    waiting_for: Annotated[WaitingFor | None, Field(description="What keeps it.")] = None
    agency: Annotated[_Key | None, Field(description="Key of the directory, for example 52.03.PUPR.")] = None
    region: Annotated[
        str | None, Field(pattern=r"^52(\.\d{2}){0,2}(\.\d{4})?$", description="Where it is: 52.03, or below it.")
    ] = None
    affair: _Key | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    channel: _Key | None = None
    emergency: bool | None = None
    mine: Annotated[bool, Field(description="Only what you have taken yourself.")] = False
    news: Annotated[
        bool | None,
        Field(
            description="Where the citizen was heard (words, a change of them, BATAL, LANJUT, a rating), or a word of "
            "LAPOR! to settle, since an officer last did something with it, ended ones too; to read or join it is no "
            "such act."
        ),
    ] = None
    mirror: Annotated[
        ToSettle | None,
        Field(description="Where LAPOR! shows what an officer has to settle: `conflict`, or an `unknown` status."),
    ] = None
    overdue: Annotated[bool, Field(description="Only what is later than its next deadline.")] = False
    received_from: AwareDatetime | None = None
    received_to: Annotated[AwareDatetime | None, Field(description="Exclusive.")] = None
    q: Annotated[
        str | None,
        Field(
            max_length=200, description='Words of the complaint, or a ticket; `-word` without, `"two words"` together.'
        ),
        AfterValidator(_words),
    ] = None
    order: Annotated[Order, Field(description="`due`: the nearest deadline first, of those that have one.")] = "newest"
    cursor: Annotated[str | None, Field(max_length=200, description="`next_cursor` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50

    @property
    def after(self) -> Place | None:
        """Where the page before ended. Raises `ProblemError` (`bad_cursor`), also for one of another order."""
        return None if self.cursor is None else read_cursor(self.cursor, self.order)
