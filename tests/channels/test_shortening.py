"""A long answer becomes one message; no beginning of it is invented, and the citizen learns where the rest is."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channel_adapters.facebook.send import DIALECT as FACEBOOK
from channel_adapters.instagram.send import DIALECT as INSTAGRAM
from shared.channels.alphabet import count_parts
from shared.channels.shortening import shorten
from tests.channels.outbounds import TICKET

ENDING = f"... (selengkapnya: tiket {TICKET} dan kode akses)"
LIMITS: dict[str, Callable[[str], bool]] = {
    "facebook": FACEBOOK.message_fits,
    "facebook comment": FACEBOOK.comment_fits,
    "instagram": INSTAGRAM.message_fits,
    "instagram comment": INSTAGRAM.comment_fits,
    "sms": lambda text: count_parts(text) <= 3,
    "one sms": lambda text: count_parts(text) <= 1,
}
words = st.text(st.sampled_from("ab €ç😡\n-."), max_size=600) | st.text(max_size=300)


@pytest.mark.parametrize("name", LIMITS)
@given(beginning=words, times=st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_whatever_is_written_fits_and_says_nothing_else(name, beginning, times):
    fits = LIMITS[name]
    text = beginning * times
    told = shorten(text, fits)
    assert fits(told)
    if fits(text):
        assert told == text
    else:
        kept, _, rest = told.rpartition("... (selengkapnya: ")
        assert text.startswith(kept)
        assert rest == "dengan nomor tiket dan kode akses)"


@pytest.mark.parametrize(
    ("text", "limit", "told"),
    [
        ("tepat", 5, "tepat"),
        (f"{TICKET} satu dua tiga " + "x" * 99, len(ENDING) + 23, f"{TICKET} satu dua{ENDING}"),
        (f"{TICKET} satu dua tiga " + "x" * 99, len(ENDING) + 24, f"{TICKET} satu dua{ENDING}"),
        (f"{TICKET} satu dua tiga " + "x" * 99, len(ENDING) + 28, f"{TICKET} satu dua tiga{ENDING}"),
        (f"{TICKET} " + "x" * 199, len(ENDING) + 60, f"{TICKET} " + "x" * 45 + ENDING),
        ("satu dua " + "x" * 99, 61, "satu dua... (selengkapnya: dengan nomor tiket dan kode akses)"),
    ],
    ids=["it fits", "after a word", "within a word", "after the third", "a word without end", "no ticket"],
)
def test_a_long_answer_is_cut_between_words(text, limit, told):
    assert shorten(text, lambda words: len(words) <= limit) == told
