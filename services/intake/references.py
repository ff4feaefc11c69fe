"""What a request only names and the house must look up before acceptance: the complaint of a ticket, uploads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.intake.citizens.addressing import Addressing
from services.intake.citizens.credentials import credentials_of
from services.intake.uploads.resolving import UploadResolver
from shared.channels import InboundRequest, Translation


class References:
    """Looks up for the doors; nearly all requests name nothing and pass."""

    def __init__(self, addressing: Addressing, uploads: UploadResolver) -> None:
        """Take what knows tickets, and what knows uploads."""
        self._addressing = addressing
        self._uploads = uploads

    def named(self, request: InboundRequest, told: Translation) -> bool:
        """Tell whether there is anything to look up."""
        return "ticket" in request.path_values or any(
            one.upload for message in told.messages for one in message.attachments
        )

    @asynccontextmanager
    async def resolved(self, channel: str, request: InboundRequest, told: Translation) -> AsyncIterator[Translation]:
        """Give the translation with what it names, for as long as the block lasts; raises `RefusedError`."""
        told = await self._addressing.addressed(request, told)
        async with self._uploads.resolved(channel, credentials_of(request.headers).device, told) as whole:
            yield whole
