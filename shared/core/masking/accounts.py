"""Accounts: `@handle`, links to a profile, `ig: nama_saya`. Whole addresses of mail are the library's and numbers'."""

import re
from collections.abc import Iterator

from shared.core.masking.spans import ACCOUNT, Found

_SITES = "facebook|fb|instagram|instagr|tiktok|twitter|x|threads|youtube|telegram|t|wa|linkedin|line"
_LINK = rf"(?<![\w.])(?:[a-z-]{{1,8}}\.)?(?:{_SITES})\.(?:com|me|net|am|ee)/(?P<path>[^\s\[\]]+)"
_HANDLE = r"(?<![\w@/])@(?P<handle>(?!\d+\b|rp\d)[\w](?:[\w.]{0,28}\w)?)"
_NAMED = (
    r"\b(?:ig|instagram|insta|fb|facebook|tiktok|twitter|telegram|tele|threads|akun)(?: (?:saya|sy|nya|nama))?"
    r"(?: ?[:=] ?(?P<named>(?!https?\b|www\b)[\w.]{3,30})| (?P<shaped>[a-z\d]+[_.]\w[\w.]{1,30}))"
)
_ACCOUNTS = re.compile(f"{_LINK}|{_HANDLE}|{_NAMED}", re.IGNORECASE)
_OFFICIAL = re.compile(
    "ntb_?care|pem(?:prov|kab|kot|da)|dinas|dis(?:hub|kominfo|dik|dukcapil)|pln|pdam|rsud|pol(?:da|res|ri|sek)|humas|"
    "bpjs|lapor|kemen",
    re.IGNORECASE,
)
"""How offices call their accounts; whoever writes to us mentions ours."""


def find(text: str) -> Iterator[Found]:
    """Yield accounts, of a link only what comes after the site's name."""
    for found in _ACCOUNTS.finditer(text):
        part = found.lastgroup or ""
        start, end = found.span(part)
        end = start + len(text[start:end].rstrip(".,;:!?)"))
        if end > start and not (part == "handle" and _OFFICIAL.match(found[part])):
            yield Found(start, end, label=ACCOUNT)
