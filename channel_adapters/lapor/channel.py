"""The channel `lapor`: its door and its answers to the Channel protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

from channel_adapters._form.answers import refused
from channel_adapters.lapor.authenticate import authenticate
from channel_adapters.lapor.doors import COMPLAINTS
from channel_adapters.lapor.normalize import normalize
from channel_adapters.lapor.payloads import Taken
from channel_adapters.lapor.settings import LaporDoorSettings
from shared.channels.protocol import Answer, Channel, Door, InboundRequest, Receipt, RefusedError, Translation


@dataclass(frozen=True, slots=True)
class LaporChannel:
    """See `shared.channels.protocol.Channel`."""

    settings: LaporDoorSettings
    name: str = "lapor"
    doors: Sequence[Door] = (COMPLAINTS,)

    def authenticate(self, request: InboundRequest) -> None:
        """Check that our own service sent it; raises `RefusedError` 401 or 403."""
        authenticate(request, self.settings)

    def handshake(self, request: InboundRequest) -> Answer:  # noqa: ARG002 - there is no such door
        """Refuse: nobody asks for one."""
        raise RefusedError("no_handshake", status=404, detail="Alamat ini tidak ditemukan.")

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate one complaint; raises `RefusedError`."""
        return normalize(request)

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:  # noqa: ARG002 - one door
        """Hand out the ticket: 201 for a new complaint, 200 for one that had come before.

        Raises `RefusedError` 500 where a mistake of ours made no complaint of it: the request is kept for a replay.
        """
        receipt = receipts[0] if receipts else None
        if receipt is None or receipt.ticket is None or receipt.complaint_id is None:
            raise RefusedError("internal_error", status=500, detail="Ada kesalahan di pihak kami; kirim lagi nanti.")
        taken = Taken(
            ticket=receipt.ticket,
            complaint_id=receipt.complaint_id,
            duplicate=receipt.duplicate,
            received_at=receipt.received_at,
        )
        return Answer(
            status=200 if receipt.duplicate else 201,
            body=taken.model_dump_json().encode(),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    def refuse(self, door: str, error: RefusedError) -> Answer:  # noqa: ARG002 - one door
        """Say no with a problem document."""
        return refused(error)


def build() -> Channel:
    """Build the channel from its settings; raises `SettingsError`."""
    return LaporChannel(LaporDoorSettings.load())
