"""The blunt net under the others: whatever still has nine digits and is no date, time, sum or point on the map."""

import re
from collections.abc import Iterator

from shared.core.masking.spans import EMAIL, NUMBER, Found

_CLOCK = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_DAY = r"(?:\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2})"
_KEPT = "|".join(
    [
        rf"\b{_DAY}(?: ?[-\u2013] ?{_DAY})?(?![-/.]?\d)",
        r"\brp\.? ?\d[\d.,]*",
        r"\b[1-9]\d{0,2}(?:\.\d{3}){1,3}\.000(?![.\d])",
        rf"\b{_CLOCK} ?(?:-|\u2013|s/d|sd|sampai) ?{_CLOCK}(?!\d|[-./ ]\d)",
        r"(?<![\d.])-?(?:[89]|10|11)\.\d{3,}[,; ]{1,2}1[12]\d\.\d{3,}(?!\d)",
        r"\b(?:19|20)\d{2}(?:(?:, ?| |-|/)(?:19|20)\d{2}\b)+",
    ]
)
_BETWEEN = r"[^\w\n\[\]]"
_MOBILE = (
    rf"(?<![\d\[])(?:\+?{_BETWEEN}?6[ .-]?2|\b[0o]){_BETWEEN}{{0,3}}8{_BETWEEN}{{0,3}}[1-9]"
    rf"(?:(?:_|{_BETWEEN}{{0,3}})\d){{6,11}}"
)
_LONG = r"(?<![\d\[])\+?\(?\d(?:[-\u2010-\u2015\u2212./()_*|~ ]{0,3}\d){8,}"
_LOCAL = r"(?<![\w.+-])[\w.+-]+"
_PROVIDERS = "gmail|yahoo|ymail|hotmail|outlook|icloud|rocketmail|proton(?:mail)?"
_SPOKEN = rf"{_LOCAL} ?(?:@|\(at\)|\bat\b) ?(?:{_PROVIDERS})(?: ?(?:[.,]|\bdot\b|\btitik\b) ?(?:com|co\.id|id|net))?\b"
_EMAIL = rf"(?P<email>{_LOCAL}@[\w-]+\.[\w.-]*\w|{_SPOKEN})"
_NUMBER = rf"(?P<number>{_MOBILE}|{_LONG})"
_FOUND = re.compile(f"{_KEPT}|{_EMAIL}|{_NUMBER}", re.IGNORECASE)


def find(text: str) -> Iterator[Found]:
    """Yield long numbers and addresses of mail."""
    for found in _FOUND.finditer(text):
        if found.lastgroup:
            yield Found(*found.span(), label=NUMBER if found["number"] else EMAIL)
