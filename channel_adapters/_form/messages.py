"""From a form to our words."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from channel_adapters._form.payloads import ComplaintForm, MessageForm, Place, Reporter
from channel_adapters._form.photos import read_photos
from channel_adapters._form.reading import fingerprint_of, read_form
from channel_adapters._form.submission import submission_of
from shared.channels.protocol import Attachment, GivenPlace, InboundMessage, InboundRequest, RefusedError, Sender

F = TypeVar("F", bound=ComplaintForm)

COMPLAINT, MESSAGE = "complaint", "message"
"""The names of the form's part in a multipart body."""


def read_complaint(
    request: InboundRequest,
    *,
    account: str,
    sender: Sender,
    model: type[F],
    apart_from: Collection[str] = (),
) -> tuple[InboundMessage, F]:
    """Return what a form says; raises `RefusedError`.

    `apart_from`: fields of `model` that may differ when the same submission is repeated.
    """
    submission = submission_of(request)
    form, contents = read_form(request, model, COMPLAINT)
    photos = read_photos(contents, keep_hints=form.keep_photo_hints)
    place, reporter = form.place or Place(), form.reporter or Reporter()
    message = InboundMessage(
        provider_message_id=submission,
        account=account,
        surface="form",
        sender=Sender(id=sender.id, kind=sender.kind, name=reporter.name, phone=reporter.phone, email=reporter.email),
        text=form.text,
        attachments=(*photos, *_uploads(form)),
        place=GivenPlace(**place.model_dump()),
        incident_time=form.incident_time,
        anonymous=form.anonymous,
        secret=form.secret,
        language=form.language,
        fingerprint=fingerprint_of(account, form, photos, part=COMPLAINT, apart_from=apart_from),
    )
    return message, form


def read_message(request: InboundRequest, *, account: str, sender: Sender) -> InboundMessage:
    """Return a further message of the complaint that the address names; raises `RefusedError`."""
    submission = submission_of(request)
    form, contents = read_form(request, MessageForm, MESSAGE)
    photos = read_photos(contents, keep_hints=form.keep_photo_hints)
    if not (form.text or photos or form.uploads or form.place):
        raise RefusedError("required", status=422, detail="Tulis pesan, atau kirim foto atau tempat.", pointer="/text")
    place = form.place or Place()
    return InboundMessage(
        provider_message_id=submission,
        account=account,
        surface="form",
        sender=sender,
        text=form.text,
        attachments=(*photos, *_uploads(form)),
        place=GivenPlace(**place.model_dump()),
        fingerprint=fingerprint_of(account, form, photos, part=MESSAGE),
    )


def _uploads(form: ComplaintForm | MessageForm) -> tuple[Attachment, ...]:
    return tuple(Attachment(kind="other", upload=UUID(one), keep_hints=form.keep_photo_hints) for one in form.uploads)
