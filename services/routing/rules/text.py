"""Normalises informal Indonesian into words (for places) and stems (for affairs)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent
#: More words than any form of ours lets in; a longer text is judged by its beginning.
MAX_WORDS = 1500

_WORD = re.compile(r"[a-z]+|[0-9]+")
_APOSTROPHE = re.compile(r"(?<=[a-z])['`\u2018\u2019\u02bc](?=[a-z])")
_REPEATED = re.compile(r"([a-oq-z])\1{2,}|(p)p{3,}")  # PPPK is a word
_DOUBLE_A = re.compile(
    r"(\b(?:(?:se)?s|t|manf|(?:me|pe)?m|(?:ke|pe)[a-z]{0,5}(?:celak|ad|kerj|usah|sedi|gun|lihar|rim|riks|cay|dat|tany"
    r"|paks|kay|bin|bed|nyat|sam|mint|derit|rat|buk))a)a{2,}(?=t\b|f|n(?:nya)?\b)"
)
"""Words that have two of it by themselves: saat, maaf, kecelakaan; all others keep one of a stretched letter."""
_UNTIL_WORDS = frozenset(
    {"malam", "sore", "pagi", "siang", "sekarang", "skrg", "skr", "saat", "hari", "subuh", "kapan"}
)
#: Left out, so that "terima kasih" is no "terima bantuan".
_COURTESY = frozenset({("terima", "kasih"), *(("selamat", time) for time in ("pagi", "siang", "sore", "malam"))})
_VOWELS = frozenset("aeiou")
#: What would become another word's stem: `rumah`, `bakar`, `daftar`.
_OWN_STEM = frozenset({"dirumahkan", "terbakar", "terdaftar"})
#: Shorter words keep their prefix, so that dinas, metro and teras stay themselves.
_SHORTEST_VERB = 6


@dataclass(frozen=True, slots=True)
class Text:
    """A complaint's words in order, and the stem of each."""

    words: tuple[str, ...]
    stems: tuple[str, ...]


@cache
def _abbreviations() -> dict[str, str]:
    table: dict[str, list[str]] = load_yaml(RULES / "abbreviations.yaml")
    return {short: word for word, shorts in table.items() for short in shorts}


def load_yaml(path: Path) -> dict[str, Any]:
    """Read one reviewed YAML file, with the C parser where it is built in."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as handle:
        return dict(yaml.load(handle, Loader=loader))  # noqa: S506  (CSafeLoader is the safe loader in C)


def normalize(text: str) -> Text:
    """Return the words and stems of a text: lower case, no marks, abbreviations written out."""
    words = split(text)
    return Text(words, tuple(map(stem, words)))


def split(text: str) -> tuple[str, ...]:
    """Return the words of a text as `normalize` does, without stems."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    lowered = _APOSTROPHE.sub("", text.lower())
    if "aaa" in lowered:
        lowered = _DOUBLE_A.sub(r"\1a", lowered)
    lowered = _REPEATED.sub(r"\1\2", lowered)
    raw = _WORD.findall(lowered)[:MAX_WORDS]
    known = _abbreviations()
    words = [_until(raw, i) if w in {"smp", "sd"} else known.get(w, w) for i, w in enumerate(raw)]
    polite = {j for i in range(len(words) - 1) if (words[i], words[i + 1]) in _COURTESY for j in (i, i + 1)}
    return tuple(word for i, word in enumerate(words) if i not in polite) if polite else tuple(words)


def _until(raw: list[str], i: int) -> str:
    """Tell `smp` and `sd` as schools from "sampai": between hours or before a time of day they mean until."""
    before = raw[i - 1] if i else ""
    after = raw[i + 1] if i + 1 < len(raw) else ""
    until = after in _UNTIL_WORDS or (before.isdigit() and after.isdigit())
    return "sampai" if until else raw[i]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Strip -nya and the verbal prefixes with their -kan. Light on purpose: nouns in -an keep their meaning."""
    if word in _OWN_STEM:
        return word
    if len(word) >= _SHORTEST_VERB and word.endswith("nya"):
        word = word[:-3]
    verb = _strip_prefix(word)
    if verb != word and len(verb) > _SHORTEST_VERB and verb.endswith("kan"):
        return verb[:-3]
    return verb


def _strip_prefix(word: str) -> str:
    if len(word) < _SHORTEST_VERB:
        return word
    if word.startswith("di"):
        return word[2:]
    if word.startswith("ter") and len(word) > _SHORTEST_VERB + 1:
        return word[3:]
    if not word.startswith("me"):
        return word
    return _strip_me(word)


def _strip_me(word: str) -> str:
    for prefix, before, restored in (("meng", _VOWELS, ""), ("meny", _VOWELS, "s"), ("mem", _VOWELS, "p")):
        if word.startswith(prefix) and word[len(prefix)] in before:
            return restored + word[len(prefix) :]
    for prefix, before, restored in (
        ("meng", frozenset("ghk"), ""),
        ("mem", frozenset("bpf"), ""),
        ("men", _VOWELS, "t"),
        ("men", frozenset("cdjt"), ""),
        ("me", frozenset("rlwy"), ""),
    ):
        if word.startswith(prefix) and word[len(prefix)] in before:
            return restored + word[len(prefix) :]
    return word


def read_words(path: Path) -> frozenset[str]:
    """Read a file of words separated by blanks; a line that starts with # is a remark."""
    lines: Iterable[str] = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
