"""What LAPOR! is known to do, each on a switch that can be turned while it runs."""

from pydantic import BaseModel, ConfigDict, Field

ALWAYS = -1


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
        default=False, description="Attachments as such an object, beside which stands `docs`."
    )
    failed_looks: int = Field(0, ge=ALWAYS, description="Looks answered 200 with status false and nothing else.")

    # new complaints that are held, although the answer does not say so
    no_id: int = Field(0, ge=ALWAYS, description="Created, and a 2xx without a number.")
    answer_cut: int = Field(0, ge=ALWAYS, description="Created, and the connection is cut in mid-answer.")
    answer_late: int = Field(0, ge=ALWAYS, description="Created, and the answer comes after `late_s`.")
    error_after: int = Field(0, ge=ALWAYS, description="Created, and a 502.")

    # calls that do nothing
    error_before: int = Field(0, ge=ALWAYS, description="Nothing done, and a 503.")
    too_many: int = Field(0, ge=ALWAYS, description="Nothing done, and a 429 with Retry-After.")
    locked: int = Field(0, ge=ALWAYS, description="Nothing done, and a 401 although the secrets are right.")
    not_taken: int = Field(0, ge=ALWAYS, description="Nothing created, and a 200 with status false.")

    late_s: float = Field(120, ge=0)
    slow_s: float = Field(0, ge=0, description="Before every answer.")
    retry_after_s: int = Field(1, ge=0)

    def take(self, name: str) -> bool:
        """Tell whether this call is one that goes wrong in this way, and count it."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left != 0
