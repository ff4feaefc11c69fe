"""The settings of the channel `sms`."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.core.settings import HeaderSecret, HttpAddress, Names, Secret, Settings


class SmsSettings(Settings):
    """`NTBCARE_SMS_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_SMS_")

    numbers: Names
    """The numbers that citizens write to: short codes, or telephone numbers in any spelling."""
    kannel_token: Secret
    """The last part of the address that Kannel calls."""


class SmsSendingSettings(Settings):
    """`NTBCARE_SMS_…` for the process that answers."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_SMS_")

    sendsms_url: HttpAddress = "http://127.0.0.1:13013/cgi-bin/sendsms"
    """Kannel's sendsms interface (`sendsms-port` of group smsbox)."""
    sendsms_username: Annotated[str, Field(pattern="^[!-~]+$")] = "ntbcare"
    """Our name there (group sendsms-user)."""
    sendsms_password: HeaderSecret
    """Our password there."""
    dlr_url: HeaderSecret | None = None
    """Our own door as Kannel calls it, token and all; it gets the delivery reports. None: no reports."""
    most_parts: Annotated[int, Field(ge=1, le=10)] = 3
    """How many short messages one answer may take."""
    send_timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0
    """Seconds for each step of a call."""
