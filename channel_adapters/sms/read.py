"""Whether text messages reach us: the gateways' own status. None of them keeps messages that could be read back.

Kannel: user guide, "Getting Kannel status" (`status.xml`, with the links to the operators). SMS Gateway for Android:
docs.sms-gate.app, "Health".
"""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from channel_adapters.sms.settings import SmsStatusSettings
from shared.channels.protocol import Pointer
from shared.channels.reading import AccountHealth, MessageReader, Reading
from shared.channels.sending import Remedy, SendError
from shared.http.client import AsyncClient, HTTPError, async_client

_LINK = re.compile(r"<smsc>.*?<status>\s*([a-z-]+)", re.DOTALL)


class SmsReader:
    """See `shared.channels.reading.MessageReader`."""

    reads_back = False

    def __init__(self, settings: SmsStatusSettings) -> None:
        """Nothing is asked before `health`."""
        self._settings = settings
        self._client: AsyncClient = async_client(timeout=settings.status_timeout_s)

    @property
    def accounts(self) -> Sequence[str]:
        """Our numbers."""
        return tuple(self._settings.numbers)

    async def resolve(self, pointer: Pointer) -> Reading:  # noqa: ARG002 - no gateway can be asked
        """Refuse: a gateway forgets what it handed over."""
        raise SendError("cannot_be_read", Remedy.GIVE_UP)

    async def since(self, account: str, since: datetime) -> AsyncIterator[Reading]:  # noqa: ARG002 - as above
        """Refuse: a gateway forgets what it handed over, and keeps what it could not."""
        raise SendError("cannot_be_read", Remedy.GIVE_UP)
        yield  # what makes it a generator

    async def health(self, account: str) -> AccountHealth:  # noqa: ARG002 - a gateway serves all of our numbers
        """Ask each gateway whose status page the settings name."""
        settings, problem = self._settings, None
        if settings.kannel_status_url is not None:
            problem = await self._kannel(settings.kannel_status_url.get_secret_value())
        if problem is None and settings.android_health_url:
            problem = "android_gateway_away" if await self._get(settings.android_health_url) is None else None
        return AccountHealth(reachable=problem is None, problem=problem)

    async def _kannel(self, url: str) -> str | None:
        page = await self._get(url)
        if page is None:
            return "kannel_away"
        links = _LINK.findall(page)
        return "operator_link_down" if links and "online" not in links else None

    async def _get(self, url: str) -> str | None:
        try:
            response = await self._client.get(url)
        except HTTPError:  # its text may name the address, with Kannel's password
            return None
        return response.text if response.is_success else None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def build_message_reader() -> MessageReader:
    """Build it from the channel's status settings; raises `SettingsError`."""
    return SmsReader(SmsStatusSettings.load())
