"""One text of a title and a content, as a citizen would have said it."""

_CUT = ("…", "...")
_MARKS = " .,:;!?-\u2013\u2014"


def one_text(title: str, content: str) -> str:
    """Return title and content, the title first; the content alone where it begins with the title.

    Many let LAPOR! make the title of the first words: it may be cut in the middle of one ("Jalan rus…").
    """
    head, body = _plain(title), _plain(content)
    cut = head.endswith(_CUT)
    head = head.rstrip(_MARKS + "…")
    rest = body.removeprefix(head)
    repeated = len(rest) < len(body) and (cut or not rest[:1].isalnum())
    return content if not head or repeated else f"{title}\n{content}"


def _plain(text: str) -> str:
    """Return a text without what two spellings of the same words differ in."""
    return " ".join(text.casefold().split())
