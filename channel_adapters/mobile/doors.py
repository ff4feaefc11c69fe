"""The doors of the app."""

from channel_adapters._form.operations import ACCESS_CODE, DEVICE, KEY, LARGEST_BODY, header, message, submission
from shared.channels.protocol import Door

_APP = header("X-App-Id", "The app's name.")
_UNKNOWN_APP = {"403": "The app named in `X-App-Id` is unknown."}

COMPLAINTS = Door(
    method="POST",
    path="/v1/complaints",
    summary="Submit a complaint",
    max_body=LARGEST_BODY,
    public=True,
    operation=submission("submitComplaint", [KEY, DEVICE, _APP], problems=_UNKNOWN_APP),
)
MESSAGES = Door(
    method="POST",
    path="/v1/me/complaints/{ticket}/messages",
    summary="Write more about one's own complaint",
    max_body=LARGEST_BODY,
    public=True,
    operation=message(
        "addMessage",
        [KEY, DEVICE, ACCESS_CODE, _APP],
        problems={"403": "The app named in `X-App-Id` is unknown, or the access code does not belong to the ticket."},
    ),
)
