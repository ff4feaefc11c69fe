"""What a channel is: the protocol that every folder in `channel_adapters/` fulfils, and how they are found."""

from shared.channels.discovery import BrokenChannelError, available_channels, load_channel
from shared.channels.protocol import (
    Answer,
    Attachment,
    Channel,
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

__all__ = [
    "Answer",
    "Attachment",
    "BrokenChannelError",
    "Channel",
    "Door",
    "GivenPlace",
    "Ignored",
    "InboundMessage",
    "InboundRequest",
    "Receipt",
    "RefusedError",
    "Sender",
    "Translation",
    "Unreadable",
    "available_channels",
    "load_channel",
]
