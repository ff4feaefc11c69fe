"""Text that PostgreSQL and UTF-8 can hold, otherwise as it was written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.text import clean_text

anything = st.text(st.characters(codec=None, categories=None))
sound = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(anything)
def test_clean_text_can_be_stored(text):
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean_text(cleaned) == cleaned


@given(sound)
def test_sound_text_stays_as_it_was_written(text):
    assert clean_text(text) == text


@given(sound, sound)
def test_only_the_nul_is_taken_out(before, after):
    assert clean_text(f"{before}\x00{after}") == before + after


@given(sound)
def test_what_json_writes_as_pairs_of_surrogates_comes_back_whole(text):
    assert clean_text(json.loads(json.dumps(text))) == text


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("\ud83d\ude00", "😀"),
        ("a\ud83d", "a\ufffd"),
        ("\ude00a", "\ufffda"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\x00\ude00", "\ufffd\ufffd"),
        ("\ufeffawal", "\ufeffawal"),
        ("\ufeff\ud800", "\ufeff\ufffd"),
        ("e\u0301 tetap dua", "e\u0301 tetap dua"),
    ],
)
def test_surrogates_are_joined_or_replaced(given_text, kept):
    assert clean_text(given_text) == kept
