"""Find the channels: every folder of `channel_adapters/` whose name has no leading underscore is one."""

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from shared.channels.media import MediaPolicy
from shared.channels.protocol import Channel
from shared.channels.reading import MessageReader
from shared.channels.sending import ReplySender
from shared.core.errors import ExplainedError

_PACKAGE = "channel_adapters"


class BrokenChannelError(ExplainedError):
    """A channel folder without a working `channel.py`. Raised at start: a silent hole would lose messages."""


def available_channels() -> tuple[str, ...]:
    """Return the names of all channel folders, sorted; a folder without Python files counts, and breaks at loading."""
    roots = map(Path, importlib.import_module(_PACKAGE).__path__)
    folders = (entry for root in roots for entry in root.iterdir() if entry.is_dir())
    return tuple(sorted(folder.name for folder in folders if folder.name[0] not in "._"))


def load_channel(name: str) -> Channel:
    """Build one channel from its folder and its settings.

    Raises `BrokenChannelError`, or the channel's `SettingsError`.
    """
    if name not in available_channels():
        known = ", ".join(available_channels()) or "none"
        raise BrokenChannelError(f"There is no channel '{name}'. Known channels: {known}.")
    try:
        module = importlib.import_module(f"{_PACKAGE}.{name}.channel")
        build = module.build
    except (ImportError, AttributeError) as error:
        raise BrokenChannelError(f"channel_adapters/{name}/channel.py cannot be used: {error}") from error
    channel = cast("Channel", build())
    if channel.name != name:
        raise BrokenChannelError(f"channel_adapters/{name} calls itself '{channel.name}'.")
    return channel


def load_reply_sender(name: str) -> ReplySender | None:
    """Build what answers on a channel, from its folder and its settings; None where the channel cannot send.

    Raises `BrokenChannelError`, or the channel's `SettingsError`.
    """
    return cast("ReplySender | None", _build(name, "send", "build_reply_sender"))


def load_message_reader(name: str) -> MessageReader | None:
    """Build what reads back from a channel's provider; None where it cannot be asked. Raises as above."""
    return cast("MessageReader | None", _build(name, "read", "build_message_reader"))


def load_media_policy(name: str) -> MediaPolicy | None:
    """Return what may be fetched on a channel; None where nothing is. Raises as above."""
    return cast("MediaPolicy | None", _build(name, "media", "build_media_policy"))


def _build(name: str, module: str, function: str) -> object | None:
    """Call the builder in a channel's folder; None where the folder has no such file."""
    if name not in available_channels() or find_spec(f"{_PACKAGE}.{name}.{module}") is None:
        return None
    try:
        build = getattr(importlib.import_module(f"{_PACKAGE}.{name}.{module}"), function)
    except (ImportError, AttributeError) as error:
        raise BrokenChannelError(f"channel_adapters/{name}/{module}.py cannot be used: {error}") from error
    return cast("object", build())
