"""The doors of the web page."""

from channel_adapters._form.operations import (
    ACCESS_CODE,
    DEVICE,
    KEY,
    LARGEST_BODY,
    header,
    message,
    submission,
)
from channel_adapters.web.payloads import WebForm
from shared.channels.protocol import Door

_SITE = header("X-Site-Id", "The page's name.")
_UPLOADER = {**DEVICE, "description": "Only with uploads: the random name under which they were sent."}

COMPLAINTS = Door(
    method="POST",
    path="/v1/web/complaints",
    summary="Submit a complaint from the web page",
    max_body=LARGEST_BODY,
    public=True,
    operation=submission(
        "submitFromWeb",
        [KEY, _UPLOADER, _SITE],
        model=WebForm,
        problems={"403": "The page named in `X-Site-Id` is unknown."},
    ),
)
MESSAGES = Door(
    method="POST",
    path="/v1/web/complaints/{ticket}/messages",
    summary="Write more about a complaint whose access code one holds",
    max_body=LARGEST_BODY,
    public=True,
    operation=message(
        "addMessageFromWeb",
        [KEY, ACCESS_CODE, _UPLOADER, _SITE],
        problems={"403": "The page named in `X-Site-Id` is unknown, or the access code does not belong to the ticket."},
    ),
)
