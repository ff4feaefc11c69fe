"""Doors whose address names a ticket: which complaint that is, and whether the sender may write into it."""

from dataclasses import replace

from services.intake.citizens.credentials import needed_credentials
from services.intake.citizens.service import CitizenService
from shared.channels import InboundRequest, RefusedError, Translation
from shared.core.errors import ProblemError
from shared.db import Database


class Addressing:
    """Fills in `InboundMessage.complaint`."""

    def __init__(self, service: CitizenService, database: Database) -> None:
        """Take both; open nothing."""
        self._service = service
        self._database = database

    async def addressed(self, request: InboundRequest, told: Translation) -> Translation:
        """Return the translation with the complaint that the address names, if it names one.

        Raises `RefusedError`: 401 without a credential, 403 for a wrong code, 404 for what is not the sender's.
        """
        ticket = request.path_values.get("ticket")
        if ticket is None:
            return told
        try:
            credentials = needed_credentials(request.headers)
            async with self._database.transaction() as tx:
                row = await self._service.open(tx, ticket, credentials)
        except ProblemError as error:
            raise RefusedError(error.code, status=error.status, detail=error.title) from None
        return replace(told, messages=tuple(replace(one, complaint=row.id) for one in told.messages))
