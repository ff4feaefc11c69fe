"""Stop 3: what the app sent → our words. Pure. The app can show an error to a person, so that bad input is refused."""

from channel_adapters._form.messages import read_complaint, read_message
from channel_adapters._form.submission import device_of, submission_of
from channel_adapters.mobile.authenticate import app_of
from channel_adapters.mobile.doors import MESSAGES
from channel_adapters.mobile.payloads import ComplaintForm
from channel_adapters.mobile.settings import MobileSettings
from shared.channels.protocol import InboundRequest, Sender, Translation


def normalize(request: InboundRequest, settings: MobileSettings) -> Translation:
    """Translate one submission; raises `RefusedError` 400, 404, 413, 415 or 422 in Indonesian."""
    account = app_of(request, settings)
    sender = Sender(id=device_of(request) or submission_of(request), kind="device")
    if request.door == MESSAGES.path:
        return Translation(messages=(read_message(request, account=account, sender=sender),))
    message, _ = read_complaint(request, account=account, sender=sender, model=ComplaintForm)
    return Translation(messages=(message,))
