"""What LAPOR! is known to do, each on a switch that can be turned while it runs."""

from collections.abc import Sequence
from random import Random
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from shared.testing.lapor.ways import Way

ALWAYS = -1
Times: TypeAlias = Annotated[int, Field(ge=ALWAYS)]


class Quirks(BaseModel):
    """Switches, and numbers of calls that go wrong from now on (-1: all of them)."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, strict=False)

    # how answers look
    nested_id: bool = Field(
        default=False, description="The number of a new complaint at results.complaint.id, not at the root."
    )
    text_ids: bool = Field(default=False, description="Ids as text, not as numbers.")
    unordered_logs: bool = Field(default=False, description="The newest log entry somewhere in the middle.")
    object_logs: bool = Field(default=False, description="Logs as an object with numbers for names.")
    object_attachments: bool = Field(
        default=False, description="Attachments as such an object; documents apart, under `docs`."
    )

    # addresses of which nobody knows whether LAPOR! has them
    list: bool = Field(default=False, description="GET /complaints/list, not a 404.")
    more_masters: bool = Field(
        default=False, description="GET /masters/categories and /masters/locations, and a 422 for what is in neither."
    )

    # calls that do nothing
    error_before: Times = Field(0, description="Nothing done, and a 503.")
    too_many: Times = Field(0, description="Nothing done, and a 429 with Retry-After.")
    locked: Times = Field(0, description="Nothing done, and a 401 although the secrets are right.")
    page_before: Times = Field(0, description="Nothing done, and an error page with 200.")
    cut_before: Times = Field(0, description="Nothing done, and the connection is cut in mid-answer.")

    # new complaints that are held, although the answer does not say so
    no_id: Times = Field(0, description="Created, and a 2xx without a number.")
    answer_cut: Times = Field(0, description="Created, and the connection is cut in mid-answer.")
    answer_late: Times = Field(0, description="Created, and the answer comes after `late_s`.")
    answer_page: Times = Field(0, description="Created, and an error page with 200.")
    answer_broken: Times = Field(0, description="Created, and a 200 with half a JSON document.")
    error_after: Times = Field(0, description="Created, and a 502.")
    not_taken: Times = Field(0, description="Nothing created, and a 200 with status false.")

    # follow-ups
    followup_no_id: Times = Field(0, description="Added, and a 2xx without a number.")
    followup_answer_cut: Times = Field(0, description="Added, and the connection is cut in mid-answer.")
    followup_answer_late: Times = Field(0, description="Added, and the answer comes after `late_s`.")
    followup_answer_page: Times = Field(0, description="Added, and an error page with 200.")
    followup_answer_broken: Times = Field(0, description="Added, and a 200 with half a JSON document.")
    followup_error_after: Times = Field(0, description="Added, and a 502.")
    followup_not_taken: Times = Field(0, description="Nothing added, and a 200 with status false.")

    # complaints passed on
    reject_answer_cut: Times = Field(0, description="Passed on, and the connection is cut in mid-answer.")
    reject_answer_late: Times = Field(0, description="Passed on, and the answer comes after `late_s`.")
    reject_answer_page: Times = Field(0, description="Passed on, and an error page with 200.")
    reject_answer_broken: Times = Field(0, description="Passed on, and a 200 with half a JSON document.")
    reject_error_after: Times = Field(0, description="Passed on, and a 502.")
    reject_not_taken: Times = Field(0, description="Not passed on, and a 200 with status false.")

    # files
    upload_no_id: Times = Field(0, description="Held, and a 2xx with two empty lists.")
    upload_answer_cut: Times = Field(0, description="Held, and the connection is cut in mid-answer.")
    upload_answer_late: Times = Field(0, description="Held, and the answer comes after `late_s`.")
    upload_answer_page: Times = Field(0, description="Held, and an error page with 200.")
    upload_answer_broken: Times = Field(0, description="Held, and a 200 with half a JSON document.")
    upload_error_after: Times = Field(0, description="Held, and a 502.")
    upload_not_taken: Times = Field(0, description="Nothing held, and a 200 with status false.")

    # reading
    read_error: Times = Field(0, description="A 503.")
    read_too_many: Times = Field(0, description="A 429 with Retry-After.")
    read_answer_cut: Times = Field(0, description="The connection is cut in mid-answer.")
    read_answer_late: Times = Field(0, description="The right answer, after `late_s`.")
    read_answer_page: Times = Field(0, description="An error page with 200.")
    read_answer_broken: Times = Field(0, description="A 200 with half a JSON document.")
    failed_looks: Times = Field(0, description="Looks at one complaint, answered 200 with status false.")

    # storms
    fail_share: float = Field(
        0, ge=0, le=1, description="This share of all calls goes wrong, in a way drawn at random."
    )
    fail_seed: int = Field(0, description="Setting it begins the same draws anew.")
    fail_ways: tuple[Way, ...] = Field((), description="Only these ways (`ways.py`); empty: all that an address knows.")
    fail_slow_s: float = Field(1, ge=0, description="How long the way `slow` takes before anything is done.")

    late_s: float = Field(120, ge=0, description="How late a late answer is.")
    slow_s: float = Field(0, ge=0, description="Before every answer.")
    retry_after_s: int = Field(1, ge=0, description="What a 429 asks for.")

    _draws: Random = PrivateAttr(default_factory=Random)

    def model_post_init(self, _context: Any, /) -> None:
        """Begin the draws."""
        self._draws.seed(self.fail_seed)

    def __setattr__(self, name: str, value: Any) -> None:
        """Turn a switch; a seed begins the draws anew."""
        super().__setattr__(name, value)
        if name == "fail_seed":
            self._draws.seed(self.fail_seed)

    def change(self, changes: dict[str, Any]) -> None:
        """Turn switches, all or none; raises `ValidationError`."""
        wanted = Quirks.model_validate(self.model_dump() | changes)
        for name in changes:
            setattr(self, name, getattr(wanted, name))

    def strikes(self, name: str) -> bool:
        """Tell whether a call goes wrong in this way now."""
        left: int = getattr(self, name)
        return left != 0

    def take(self, name: str) -> None:
        """Count a call that went wrong in this way."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)

    def draw(self, known: Sequence[Way]) -> Way | None:
        """Draw whether a call goes wrong by chance, and how."""
        if not self.fail_share or self._draws.random() >= self.fail_share:
            return None
        left = [way for way in known if not self.fail_ways or way in self.fail_ways]
        return self._draws.choice(left) if left else None
