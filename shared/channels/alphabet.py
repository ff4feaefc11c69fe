"""How a text goes over the air: in the GSM alphabet of 7 bits, or in UCS-2, and in how many parts (3GPP TS 23.038)."""

import unicodedata

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each of these takes two places."""
_TYPOGRAPHY = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2013\u2014\u2212\u2022"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2009\u202f\t"), " "),
    **dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"), ""),
    ord("\u2026"): "...",
}
"""Quotation marks, dashes and bullets, spaces, what shows nothing, the ellipsis."""
_GSM_SINGLE, _GSM_LINKED = 160, 153
_UCS2_SINGLE, _UCS2_LINKED = 70, 67
_LAST_OF_ONE_UNIT = "\uffff"
"""Letters beyond it, such as emoji, take two units."""


def plain_typography(text: str) -> str:
    """Write quotation marks, dashes and spaces as a telephone has them: one “ would halve what a part holds."""
    return text.translate(_TYPOGRAPHY)


def spelled_plainly(text: str) -> str:
    """Write a text in the GSM alphabet where that costs no more than marks: plain typography, `ê` as `e`.

    A text that would need UCS-2 all the same (an emoji, another script) keeps its marks.
    """
    text = plain_typography(unicodedata.normalize("NFC", text))
    if is_gsm(text):
        return text
    plain = "".join(letter if is_gsm(letter) else _unmarked(letter) for letter in text)
    return plain if is_gsm(plain) else text


def forces_ucs2(text: str) -> tuple[str, ...]:
    """Return the letters that the GSM alphabet has not, each once, in their order: one of them halves a part."""
    return tuple(dict.fromkeys(letter for letter in text if not is_gsm(letter)))


def is_gsm(text: str) -> bool:
    """Tell whether the GSM alphabet has every letter."""
    return _GSM.issuperset(set(text) - _GSM_EXTENSION)


def count_parts(text: str) -> int:
    """Return how many short messages carry the text; no letter of two places is cut in two."""
    if is_gsm(text):
        sizes, single, linked = [2 if letter in _GSM_EXTENSION else 1 for letter in text], _GSM_SINGLE, _GSM_LINKED
    else:
        sizes, single, linked = [2 if letter > _LAST_OF_ONE_UNIT else 1 for letter in text], _UCS2_SINGLE, _UCS2_LINKED
    if sum(sizes) <= single:
        return 1
    parts, room = 1, linked
    for size in sizes:
        if size > room:
            parts, room = parts + 1, linked
        room -= size
    return parts


def _unmarked(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
