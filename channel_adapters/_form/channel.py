"""What the channels of our own forms answer to the Channel protocol, all of them alike."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from channel_adapters._form.answers import accepted, added, refused
from shared.channels.protocol import Answer, Door, InboundRequest, Receipt, RefusedError, Translation


@dataclass(frozen=True, slots=True)
class FormChannel(ABC):
    """See `shared.channels.protocol.Channel`. Each form says for itself whom it lets in and how it is read."""

    name: str
    complaints: Door
    messages: Door
    """Where a complaint that is there already gets further messages."""

    @property
    def doors(self) -> Sequence[Door]:
        """Both doors."""
        return self.complaints, self.messages

    @abstractmethod
    def authenticate(self, request: InboundRequest) -> None:
        """Check that we know the sender's program; raises `RefusedError` 403."""

    @abstractmethod
    def normalize(self, request: InboundRequest) -> Translation:
        """Translate one submission; raises `RefusedError`."""

    def handshake(self, request: InboundRequest) -> Answer:  # noqa: ARG002 - there is no such door
        """Refuse: our forms ask for none."""
        raise RefusedError("no_handshake", status=404, detail="Alamat ini tidak ditemukan.")

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:
        """Hand out the ticket and the access code; say of a further message that it is there."""
        return added(receipts) if door == self.messages.path else accepted(receipts)

    def refuse(self, door: str, error: RefusedError) -> Answer:  # noqa: ARG002 - all doors speak alike
        """Say no with a problem document."""
        return refused(error)
