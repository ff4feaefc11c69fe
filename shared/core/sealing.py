"""Sealing: what only the Inspectorate may see, decided at the door, before anything reaches Kafka.

The rules are cautious on purpose: a report of bribery, extortion or abuse of office that leaks cannot be taken back,
one sealed too many is opened by the Inspectorate with a click. Sources: KUHP and UU 31/1999 jo. 20/2001 (corruption,
bribery, extortion by officials, gratification), UU 30/2014 (abuse of authority), PP 94/2021 (staff discipline).
"""

import math
import re
import unicodedata

from ahocorasick_rs import AhoCorasick

from shared.core.sealing_words import OFFICIAL, PAIRS, PHRASES, WORD_STEMS, WORDS, Near

_SEALED = re.compile(rf"\b(?:{'|'.join(WORDS)})\b")
_LEVY = re.compile(r"\b(?:pungli|pungutan liar|pemerasan|memeras|diperas(?! (?:arus|banjir|air|ombak)))\b")
_LEVY_STEMS = frozenset({"pungli", "pungutan liar", "meras", "peras"})
_OUTSIDER = re.compile(r"\b(?:jukir|(?:juru|tukang) parkir|preman|ormas|pak ogah|pengamen|begal)")
_ANY_OFFICIAL = re.compile(rf"\b{OFFICIAL}\b")
"""A levy is sealed, unless a car park's men or thugs take it and no official is named."""
_CLAIMED = re.compile(
    r"\b(?:(?:me)?ngaku|mengatasnamakan)(?: sebagai)?"
    r"(?: (?:oknum|petugas|pegawai|polisi|anggota|staf|pejabat|dinas|dewan)\b)+"
)
_CLAIM_STEMS = frozenset({"ngaku", "mengatasnamakan"})
"""Who only claims to be an official is none."""
_STEMS_OF_WORDS = frozenset((*WORD_STEMS.split(), *PHRASES))
_COMPILED = tuple(
    (pair, frozenset(stem.replace("_", " ") for stem in pair.stems.split()), pair.compiled()) for pair in PAIRS
)
_STEMS = AhoCorasick(
    sorted(_STEMS_OF_WORDS.union({"kkn"}, _LEVY_STEMS, _CLAIM_STEMS, *(stems for _, stems, _ in _COMPILED))),
    store_patterns=True,
)
"""All stems in one pass: nearly every text holds none that matters, and then no pattern is tried."""
_COLLUSION = re.compile(r"\bkkn\b")
_FIELD_STUDY = re.compile(r"\b(?:mahasisw|kuliah kerja|kampus|universitas|unram|posko|dosen)")
"""KKN is korupsi, kolusi, nepotisme, and also the Kuliah Kerja Nyata of students in villages."""
_UNSEEN = {"Cf", "Mn", "Me"}
"""Unicode categories of what changes no letter: zero-width characters, soft hyphens, accents put over letters."""


def must_seal(*texts: str) -> bool:
    """Tell whether one of a complaint's texts speaks of bribery, extortion, corruption or abuse of office.

    Every text is judged by itself and to its end; the time grows with its length and no faster.
    """
    return any(_speaks_of_abuse(_plain(text)) for text in texts if text)


def _speaks_of_abuse(words: str) -> bool:
    held = set(_STEMS.find_matches_as_strings(words, overlapping=True))
    if not held:
        return False
    if not held.isdisjoint(_CLAIM_STEMS):
        words = _CLAIMED.sub("", words)
    if not held.isdisjoint(_STEMS_OF_WORDS) and _SEALED.search(words):
        return True
    if not held.isdisjoint(_LEVY_STEMS) and _is_levied(words):
        return True
    if any(not held.isdisjoint(stems) and _stand_near(words, pair, pattern) for pair, stems, pattern in _COMPILED):
        return True
    return "kkn" in held and _COLLUSION.search(words) is not None and not _FIELD_STUDY.search(words)


def _is_levied(words: str) -> bool:
    return _LEVY.search(words) is not None and (not _OUTSIDER.search(words) or _ANY_OFFICIAL.search(words) is not None)


def _stand_near(words: str, pair: Near, pattern: re.Pattern[str]) -> bool:
    ends = {"one": -math.inf, "other": -math.inf}
    for found in pattern.finditer(words):
        here = "one" if found["one"] is not None else "other"
        before = "other" if here == "one" else "one"
        if (pair.either or here == "other") and found.start() - ends[before] <= pair.gap:
            return True
        ends[here] = found.end()
    return False


def _plain(text: str) -> str:
    """Return the text in small plain letters (NFKD without what is not seen), one space between words.

    Letter by letter, because sorting thousands of accents on one letter takes quadratic time.
    """
    if not text.isascii():
        letters = {letter: _plain_letter(letter) for letter in set(text)}
        text = "".join(map(letters.__getitem__, text))
    return " ".join(text.lower().split())


def _plain_letter(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) not in _UNSEEN)
