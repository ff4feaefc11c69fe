"""What a channel is: the protocol that every folder in `channel_adapters/` fulfils, and how they are found."""

from shared.channels.discovery import BrokenChannelError, available_channels, load_channel, load_reply_sender
from shared.channels.protocol import (
    Answer,
    Attachment,
    Channel,
    DeliveryOutcome,
    DeliveryReport,
    Door,
    GivenPlace,
    Ignored,
    InboundMessage,
    InboundRequest,
    Receipt,
    RefusedError,
    Sender,
    Translation,
    Unreadable,
)
from shared.channels.sending import Outbound, Remedy, ReplySender, ReturnAddress, SendError, Sent

__all__ = [
    "Answer",
    "Attachment",
    "BrokenChannelError",
    "Channel",
    "DeliveryOutcome",
    "DeliveryReport",
    "Door",
    "GivenPlace",
    "Ignored",
    "InboundMessage",
    "InboundRequest",
    "Outbound",
    "Receipt",
    "RefusedError",
    "Remedy",
    "ReplySender",
    "ReturnAddress",
    "SendError",
    "Sender",
    "Sent",
    "Translation",
    "Unreadable",
    "available_channels",
    "load_channel",
    "load_reply_sender",
]
