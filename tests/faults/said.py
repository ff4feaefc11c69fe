"""What is said: citizens, each with one message or two, on four channels. Each text holds what it is found by."""

import random
import secrets
import struct
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy.demo import providers
from tests.faults.house import DOORS
from tests.faults.plan import Plan
from tests.faults.wire import render

_CHANNELS = ("facebook", "facebook", "instagram", "sms", "mobile")
_TALKING = ("facebook", "instagram", "sms")
"""Channels on which what is said next belongs to what was said before; a form is a complaint of its own."""
_DAY_S = 86_400
_TROUBLES = (
    "jalan berlubang di depan pasar Masbagik Lombok Timur sejak kemarin, mohon diperbaiki",
    "air PDAM di Ampenan Kota Mataram mati sejak hari Senin, mohon ditangani",
    "sampah menumpuk di pasar Tente Kabupaten Bima sejak seminggu, mohon diangkut",
    "lampu jalan di Desa Sembalun Lawang Lombok Timur padam sejak tadi malam, mohon diperiksa",
)
_MORE = "Tambahan dari kami: keadaannya makin parah hari ini, anak sekolah juga lewat di sana"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a citizen, as its provider delivers it."""

    citizen: int
    number: int
    """Of this citizen: 0, 1."""
    channel: str
    request: bytes
    copies: int

    @property
    def name(self) -> str:
        """What stands in its text, and in the sender's log."""
        return f"{self.citizen:07d}-{self.number}"


class Citizens:
    """Writes messages without end."""

    def __init__(self, plan: Plan, secrets_of: Mapping[str, str], draw: random.Random) -> None:
        """`secrets_of` are the house's settings: a provider knows the secrets of its door."""
        self._plan = plan
        self._secrets = secrets_of
        self._draw = draw

    def write(self) -> Iterator[Message]:
        """Yield messages; a share comes later than what was written after it."""
        late: list[tuple[int, Message]] = []
        for turn, message in enumerate(self._in_order()):
            while late and late[0][0] <= turn:
                yield late.pop(0)[1]
            if self._draw.random() < self._plan.shuffled:
                late.append((turn + self._draw.randint(1, 40), message))
                late.sort(key=lambda one: one[0])
            else:
                yield message

    def _in_order(self) -> Iterator[Message]:
        waiting: list[tuple[int, Message]] = []
        citizen = 0
        while True:
            if waiting and waiting[0][0] <= citizen:
                yield waiting.pop(0)[1]
                continue
            channel = self._draw.choice(_CHANNELS)
            skewed = self._draw.random() < self._plan.skewed
            person = secrets.randbelow(10**8)
            yield self._message(citizen, 0, channel, person, skewed=skewed)
            if channel in _TALKING and not skewed and self._draw.random() < self._plan.conversations:
                second = self._message(citizen, 1, channel, person, skewed=False)
                waiting.append((citizen + self._draw.randint(1, 30), second))
                waiting.sort(key=lambda one: one[0])
            citizen += 1

    def _message(self, citizen: int, number: int, channel: str, person: int, *, skewed: bool) -> Message:
        at = time.time() + number + (self._draw.choice((-_DAY_S, _DAY_S)) if skewed else 0)
        trouble = _MORE if number else _TROUBLES[citizen % len(_TROUBLES)]
        text = f"Laporan {citizen:07d}-{number}: {trouble}"
        sender = f"{citizen:07d}{person:08d}"  # begins with what no other citizen's begins with
        call = self._call(channel, sender, text, at)
        copies = 3 if self._draw.random() < self._plan.threefold else 1
        return Message(citizen, number, channel, render(call), copies)

    def _call(self, channel: str, sender: str, text: str, at: float) -> providers.Call:
        if channel == "facebook":
            secret = self._secrets["NTBCARE_FACEBOOK_APP_SECRETS"]
            return providers.messenger(secret, [(f"77{sender}", text, int(at * 1000))], label="")
        if channel == "instagram":
            secret = self._secrets["NTBCARE_INSTAGRAM_APP_SECRETS"]
            return providers.instagram(secret, f"88{sender}", text, int(at * 1000), label="")
        if channel == "sms":
            token = self._secrets["NTBCARE_SMS_KANNEL_TOKEN"]
            return providers.kannel(token, f"+62812{sender[:8]}", text, int(at), label="")
        photo = noise(self._draw) if self._draw.random() < self._plan.photos else None
        return providers.mobile({"text": text}, photo=photo, label="")


def noise(draw: random.Random) -> bytes:
    """Draw a small PNG that no other is like, so that its content is written anew."""
    side = 32
    rows = b"".join(b"\0" + draw.randbytes(side) for _ in range(side))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


assert set(_CHANNELS) == set(DOORS)
