"""What people wrote on Facebook and Instagram, as the stand-in remembers it, and its webhooks; some get lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["message", "comment", "post", "media"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that somebody wrote to, below a post of, or on the wall of one of our accounts."""

    id: str
    account: str
    kind: Kind
    person: str
    text: str
    at: datetime
    name: str = ""
    post: str | None = None
    """Of a comment: what it stands below."""
    parent: str | None = None
    """Of a comment: the comment that it answers."""
    image: str | None = None
    """The address of a picture that came along."""
    private: bool = False
    """Graph does not tell who wrote it."""


@dataclass(slots=True)
class Memory:
    """Everything that was said, and what of it is told by webhook."""

    said: dict[str, Said] = field(default_factory=dict)
    lose_every: int = 0
    """Of so many webhooks one is lost; 0: none, 1: all."""
    told: int = 0

    def say(self, one: Said) -> bool:
        """Remember it; tell whether its webhook goes out."""
        self.said[one.id] = one
        self.told += 1
        return not (self.lose_every and self.told % self.lose_every == 0)

    def of(self, account: str, *kinds: Kind) -> list[Said]:
        """Return what was said to an account, the newest first."""
        found = [one for one in self.said.values() if one.account == account and one.kind in kinds]
        return sorted(found, key=lambda one: one.at, reverse=True)

    def below(self, post: str) -> list[Said]:
        """Return the comments below a post, the newest first."""
        found = [one for one in self.said.values() if one.kind == "comment" and one.post == post]
        return sorted(found, key=lambda one: one.at, reverse=True)


def iso(moment: datetime) -> str:
    """Write a time as Graph does: to the second, with a zone without a colon."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")


def author(one: Said, channel: str) -> Mapping[str, Any]:
    """Return who wrote it under Graph's key, or nothing where Graph keeps that to itself."""
    if one.private:
        return {}
    return {"from": {"id": one.person, "username" if channel == "instagram" else "name": one.name}}


def webhook(one: Said, channel: str) -> dict[str, Any]:
    """Return the entry that Meta sends of it; our own posts are told of by none."""
    milliseconds = int(one.at.timestamp() * 1000)
    if one.kind == "message":
        attachments = [{"type": "image", "payload": {"url": one.image}}] if one.image else []
        message = {"mid": one.id, "text": one.text, **({"attachments": attachments} if attachments else {})}
        event = {"sender": {"id": one.person}, "recipient": {"id": one.account}, "timestamp": milliseconds}
        return {"id": one.account, "time": milliseconds, "messaging": [{**event, "message": message}]}
    change = _instagram(one) if channel == "instagram" else _facebook(one)
    return {"id": one.account, "time": milliseconds // 1000, "changes": [change]}


def _facebook(one: Said) -> dict[str, Any]:
    value: dict[str, Any] = {"verb": "add", "message": one.text, "created_time": int(one.at.timestamp())}
    if one.kind == "comment":
        value |= {"item": "comment", "comment_id": one.id, "post_id": one.post, "parent_id": one.parent or one.post}
    else:
        value |= {"item": "photo" if one.image else "status", "post_id": one.id}
    if one.image:
        value["photo"] = one.image
    return {"field": "feed", "value": {**value, **author(one, "facebook")}}


def _instagram(one: Said) -> dict[str, Any]:
    value = {"id": one.id, "text": one.text, "media": {"id": one.post}, **author(one, "instagram")}
    return {"field": "comments", "value": {**value, **({"parent_id": one.parent} if one.parent else {})}}


def persons(said: Iterable[Said]) -> list[str]:
    """Return who wrote, each once, in this order."""
    return list(dict.fromkeys(one.person for one in said))
