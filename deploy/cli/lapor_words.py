"""What the mirror's states and notices mean, in plain words, and what a person does about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What something means, and what to do about it; `step` is empty where nobody need do anything."""

    meaning: str
    step: str = ""


_LOOK_IT_UP: Final = "look for the ticket at LAPOR!, then ntbcare lapor resolve TICKET --number …, or --not-created"

STATES: Final[Mapping[str, Words]] = {
    "waiting": Words("not verified yet, or not assigned yet", "an officer verifies it, or takes it"),
    "to_review": Words("what would be told waits for an officer's look", "an officer looks at it and lets it go"),
    "by_hand": Words(
        "an officer types it in at LAPOR!", "type it in there, then ntbcare lapor resolve TICKET --number …"
    ),
    "queued": Words("its turn comes, or LAPOR! was busy"),
    "posting": Words("it is being told just now"),
    "created": Words("it is there, and was not looked at yet"),
    "tracked": Words("it is there, and its status is read back"),
    "perhaps_created": Words("it may be there, and nobody knows its number", _LOOK_IT_UP),
    "refused": Words(
        "LAPOR! said no", "mend what the reason names, then ntbcare lapor resolve TICKET --not-created tells it again"
    ),
    "withheld": Words(
        "it stays in the house: sealed, withdrawn, or the policy's word",
        "where it says was_sealed, was_withdrawn or was_kept, it may go, and its words are gone here: an officer types "
        "it in, then ntbcare lapor resolve TICKET --number …",
    ),
    "arriving": Words("it was filed at LAPOR!, and gets the number that it has there"),
}

NOTICES: Final[Mapping[str, Words]] = {
    "perhaps_created": Words("it may be at LAPOR!, and nobody knows its number", _LOOK_IT_UP),
    "refused": Words("LAPOR! refused it", STATES["refused"].step),
    "to_review": Words("something was masked in what would be told", STATES["to_review"].step),
    "number_taken": Words(
        "LAPOR! gave it a number that another complaint of ours has", f"look at both complaints there; {_LOOK_IT_UP}"
    ),
    "perhaps_double": Words(
        "another number at LAPOR! bears its ticket",
        "look at both there; the same twice: ask LAPOR!'s administrator to end one; another complaint: an officer "
        "enters its number under arrivals, so that it comes in",
    ),
    "gone_at_lapor": Words(
        "LAPOR! does not know its number any more", "ask LAPOR!'s administrator what became of that number"
    ),
    "unknown_status": Words("LAPOR! shows a status that we do not know", "tell the developers which one"),
    "passed_on_there": Words(
        "LAPOR! gave it to another institution than ours", "the coordinator transfers it here, or objects there"
    ),
    "hidden_after_told": Words(
        "its citizen wants secrecy, and LAPOR! was told before", "ask LAPOR!'s administrator to hide it there"
    ),
    "not_for_lapor": Words(
        "it is at LAPOR!, and was given to an agency whose complaints do not go there",
        "an officer decides what LAPOR! hears of it: ask its administrator to hide or end it there, or leave it",
    ),
    "in_hand": Words(
        "it was withdrawn or sealed while an officer typed it in, or its number was just given: it may be there",
        _LOOK_IT_UP,
    ),
    "upload_left_out": Words("it went without one of its files", "send the file by hand, if it matters"),
    "pass_on_left_out": Words("LAPOR! did not pass it on, or never showed that it did", "pass it on by hand at LAPOR!"),
    "follow_up_left_out": Words(
        "LAPOR! did not take a follow-up, or never showed it", "look there; write it by hand at LAPOR! if it is missing"
    ),
    "arrival_refused": Words(
        "a complaint that was filed at LAPOR! could not become one here",
        "where our side was wrong, an officer hands it over again (retry); otherwise they enter it anew, mended",
    ),
    "arrival_without_words": Words(
        "LAPOR!'s list names a complaint without its words",
        "an officer reads it at LAPOR! and enters it under arrivals",
    ),
}


def notice_words(kind: str) -> Words:
    """Return the words of a notice; one of a newer release is called by its name."""
    return NOTICES.get(kind, Words(kind, "docs/operating.md, “LAPOR!”, says what it asks of whom"))


def state_words(state: str) -> Words:
    """Return the words of a mirror's state; one of a newer release is called by its name."""
    return STATES.get(state, Words(state))
