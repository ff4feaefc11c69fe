"""What holds for every text and every situation."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.intake.conversation import Said, Situation, Turn, decide, limits
from services.intake.conversation.words import read
from tests.growth import grows_in_proportion
from tests.services.intake.conversation.said import COMPLAINT, NOW, TICKET, judge, latest, message
from tests.services.intake.conversation.test_rules import KEPT, OPENS

SURFACES = ["direct_message", "comment", "post", "mention", "review", "sms", "form", "desk"]
KINDS = ["image", "audio", "video", "file", "sticker", "location", "share", "story", "other"]
SMALL_WORDS = [
    "halo",
    "5",
    "nilai",
    "belum",
    "masih",
    "min",
    "mau",
    "lapor",
    "lagi",
    "terima",
    "kasih",
    "mantap",
    "cek",
    "batal",
    "stop",
    "👍",
    "@a",
]
WORDS = st.sampled_from(
    [*SMALL_WORDS, "jalan", "rusak", "di", "Praya", "kebakaran", "minggu", "lalu", "ntb", "slot", "wa"]
)
TEXTS = (
    st.text(max_size=200) | st.lists(WORDS, max_size=12).map(" ".join) | st.sampled_from(OPENS + [t for t, _ in KEPT])
)
TURNS = st.none() | st.builds(
    Turn,
    complaint_id=st.sampled_from([COMPLAINT, UUID(int=7)]),
    ticket=st.just(TICKET),
    at=st.timedeltas(timedelta(0), timedelta(days=31)).map(lambda ago: NOW - ago),
    said=st.just("pipa bocor"),
    rated=st.booleans(),
)
SITUATIONS = st.builds(
    Situation,
    latest=st.none()
    | st.builds(
        latest,
        ago=st.timedeltas(timedelta(0), timedelta(days=10)),
        finished=st.booleans(),
        asked=st.sampled_from([(), ("where",), ("where", "what")]),
    ),
    prompted_at=st.none() | st.just(NOW - timedelta(hours=1)),
    announced_at=st.none() | st.just(NOW - timedelta(minutes=3)),
    named=st.none() | st.just(COMPLAINT),
    awaiting=TURNS,
    answered=TURNS,
    rateable=TURNS,
    recent=st.integers(0, 40),
)
MESSAGES = st.builds(
    message,
    TEXTS,
    surface=st.sampled_from(SURFACES),
    attachments=st.lists(st.sampled_from(KINDS), max_size=2),
    stands_alone=st.booleans(),
    standby=st.booleans(),
)


@given(said=MESSAGES, situation=SITUATIONS)
def test_every_message_has_one_fate_and_a_named_rule(said, situation):
    decision = decide(Said(message=said, at=NOW), situation)
    assert decision == decide(Said(message=said, at=NOW), situation)
    assert decision.rule.isidentifier()
    assert (decision.disposition == "appended") == (decision.complaint_id is not None)
    assert len(decision.asks) <= limits.ASKS
    if decision.disposition != "opened":
        assert decision.asks == ()
    if decision.disposition in {"opened", "appended"}:
        assert decision.prompt is None
        assert decision.command is None
    assert decision.rating is None or decision.disposition == "kept"
    if said.standby or said.surface not in {"direct_message", "sms"}:
        assert decision.prompt is None
    if said.surface in {"form", "desk"}:
        assert decision.disposition in {"opened", "appended"}
    if not (situation.latest or situation.named or situation.awaiting or situation.answered):
        assert decision.disposition != "appended"


@given(
    text=st.sampled_from(OPENS), tail=st.sampled_from(["", " min", " terima kasih", " 🙏", "!!!", " mohon ditindak"])
)
def test_politeness_loses_no_complaint(text, tail):
    assert judge(f"Assalamualaikum, {text}{tail}").disposition == "opened"


def small_talk(case):
    return case[1] in {"greeting", "announcement", "thanks", "praise", "chatter"}


@given(
    case=st.sampled_from(list(filter(small_talk, KEPT))),
    word=st.from_regex(r"[bcdfgjk][aeiou]{1}[bcdfg]{1}[aeiou]{1}x", fullmatch=True),
)
def test_one_unknown_word_makes_small_talk_a_complaint(case, word):
    assert judge(f"{case[0]} {word}").disposition == "opened"


@given(
    case=st.sampled_from(list(filter(small_talk, KEPT))), end=st.sampled_from(["!", "!!", " 🙏🙏", "...", " 😀", "  "])
)
def test_capitals_and_marks_change_nothing(case, end):
    text, rule = case
    assert judge(text.upper() + end).rule == rule


@given(st.text(max_size=300))
@example("@" * 300)
@example("ﷺ\u200b\u0301" * 50)
def test_reading_a_text_finds_small_plain_words(text):
    words = read(text).words
    assert all(word == word.lower() for word in words if word.isascii())
    assert not any(character.isspace() for word in words for character in word)


@pytest.mark.parametrize("unit", ["a", "ntb ", "@a", "slot wa ", "kebakaran ", "\u0301", "saya "])
def test_a_hostile_text_takes_time_in_proportion_to_its_length(unit):
    assert grows_in_proportion(lambda text: judge(text, Situation(latest=latest())), unit * 6_000)
