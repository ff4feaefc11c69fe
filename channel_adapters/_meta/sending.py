"""How Facebook and Instagram answer: a direct message, a public reply to a comment, or a private one.

By which window it goes, or that none is open, says `windows.py`; how fast, `pace.py`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channel_adapters._meta.graph import Graph, usable_id
from channel_adapters._meta.pace import Pace
from channel_adapters._meta.reference import write_reference
from channel_adapters._meta.windows import Closed, Passage, passage
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.channels.shortening import shorten
from shared.core.text import clean_text
from shared.core.times import Clock, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one Meta channel's sending differs from the other's."""

    node: str | None = None
    """Who sends a message, in the address; the account itself where it is None."""
    comment_edge: str
    """Where a public reply is posted, under the comment's id."""
    message_fits: Callable[[str], bool]
    comment_fits: Callable[[str], bool]
    takes_metadata: bool
    """Whether a message may carry our reference, which its echo brings back."""


class MetaSender:
    """See `shared.channels.sending.ReplySender`."""

    def __init__(self, graph: Graph, dialect: Dialect, *, pace: Pace | None = None, clock: Clock = utc_now) -> None:
        """`clock` decides by which window a message goes out."""
        self._graph = graph
        self._dialect = dialect
        self._pace = pace or Pace(clock=clock)
        self._clock = clock

    def objection(self, outbound: Outbound, now: datetime) -> str | None:
        """Refuse what Meta would: outside its windows, or to what is no address."""
        address = outbound.address
        if address.surface not in {"direct_message", "comment"}:
            return "unknown_surface"
        if not usable_id(address.recipient if address.surface == "direct_message" else address.message_id):
            return "unusable_address"
        found = passage(outbound, now)
        return found.value if isinstance(found, Closed) else None

    async def send(self, outbound: Outbound) -> Sent:
        """Send it in one call; what is too long is shortened."""
        now = self._clock()
        objection = self.objection(outbound, now)
        if objection is not None:  # the window closed after Replies asked
            raise SendError(objection, Remedy.GIVE_UP)
        through = passage(outbound, now)
        assert isinstance(through, Passage), "nothing objects"  # noqa: S101 - for the type
        private = through is Passage.PRIVATE_REPLY
        await asyncio.sleep(self._pace.enter(outbound.address.account, private=private, urgent=outbound.urgent))
        if through is Passage.PUBLIC_REPLY:
            return await self._reply_in_public(outbound)
        return await self._send_message(outbound, through)

    async def close(self) -> None:
        """Close the connections."""
        await self._graph.close()

    async def _reply_in_public(self, outbound: Outbound) -> Sent:
        address = outbound.address
        body = {"message": shorten(clean_text(outbound.text), self._dialect.comment_fits)}
        path = (address.message_id, self._dialect.comment_edge)
        return Sent(provider_message_id=await self._graph.post(address.account, path, body, answer="id"))

    async def _send_message(self, outbound: Outbound, through: Passage) -> Sent:
        address = outbound.address
        message = {"text": shorten(clean_text(outbound.text), self._dialect.message_fits)}
        if self._dialect.takes_metadata:
            message["metadata"] = write_reference(complaint_id=outbound.complaint_id, reply_id=outbound.reply_id)
        body = {**_terms(through), "recipient": _recipient(outbound), "message": message}
        path = (self._dialect.node or address.account, "messages")
        return Sent(provider_message_id=await self._graph.post(address.account, path, body, answer="message_id"))


def _terms(passage: Passage) -> dict[str, str]:
    if passage is Passage.HUMAN_AGENT:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"}


def _recipient(outbound: Outbound) -> dict[str, Any]:
    address = outbound.address
    return {"comment_id": address.message_id} if address.surface == "comment" else {"id": address.recipient}
