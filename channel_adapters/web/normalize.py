"""Stop 3: what the page sent → our words. Pure. The page can show an error to a person: bad input is refused."""

from channel_adapters._form.messages import read_complaint, read_message
from channel_adapters._form.submission import submission_of
from channel_adapters.web.authenticate import site_of
from channel_adapters.web.doors import MESSAGES
from channel_adapters.web.payloads import SIGNS, WebForm
from channel_adapters.web.settings import WebSettings
from shared.channels.protocol import InboundRequest, RefusedError, Sender, Translation


def normalize(request: InboundRequest, settings: WebSettings) -> Translation:
    """Translate one submission; raises `RefusedError` 400, 404, 413, 415 or 422 in Indonesian.

    Nobody is known here: each submission has a sender of its own, and ticket and access code open it again.
    """
    site = site_of(request, settings)
    sender = Sender(id=submission_of(request), kind="form")
    if request.door == MESSAGES.path:
        return Translation(messages=(read_message(request, account=site, sender=sender),))
    message, form = read_complaint(request, account=site, sender=sender, model=WebForm, apart_from=SIGNS)
    _refuse_programs(form, settings)
    return Translation(messages=(message,))


def _refuse_programs(form: WebForm, settings: WebSettings) -> None:
    """Refuse what a program filled in, in words that help a person whose browser did it; nothing is lost so."""
    if form.website:
        raise RefusedError(
            "filled_by_machine", status=422, detail="Kosongkan bagian `website`, lalu kirim lagi.", pointer="/website"
        )
    if form.seconds_to_fill < settings.shortest_seconds:
        raise RefusedError(
            "filled_too_fast",
            status=422,
            detail="Periksa sekali lagi isian Anda, lalu kirim beberapa detik lagi.",
            pointer="/seconds_to_fill",
        )
