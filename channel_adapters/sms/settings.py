"""The settings of the channel `sms`. A gateway whose secret is not set has no door."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode, SettingsConfigDict

from channel_adapters.sms.gateways import InboundGateway, OutboundGateway, described, read_object
from shared.core.settings import HeaderSecret, HttpAddress, Names, Secret, Settings

VonageMethod = Literal["md5hash", "md5", "sha1", "sha256", "sha512"]
_ByName = Annotated[dict[str, str], NoDecode, BeforeValidator(read_object)]
_AccountSid = Annotated[str, Field(pattern="^([A-Za-z0-9]+)?$")]
_OptionalAddress = HttpAddress | Literal[""]


class SmsSettings(Settings):
    """`NTBCARE_SMS_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_SMS_")

    numbers: Names
    """The numbers that citizens write to: short codes, or telephone numbers in any spelling."""
    kannel_token: Secret
    """The last part of the address that Kannel calls."""
    android_signing_key: Secret | None = None
    """The signing key in the Android app's webhook settings."""
    android_devices: _ByName = Field(default={})
    """The number of each of our telephones by its `deviceId`, as JSON: Android often does not know it."""
    twilio_auth_token: HeaderSecret | None = None
    """Our account's auth token: it signs what comes, and authorises what goes out."""
    twilio_url: _OptionalAddress = ""
    """Our Twilio door as Twilio calls it: it is part of what is signed."""
    vonage_token: Secret | None = None
    """The last part of the address that Vonage calls."""
    vonage_signature_secret: Secret | None = None
    """Checked where it is set; the account must then sign."""
    vonage_signature_method: VonageMethod = "sha256"
    """As it stands in the account's settings."""
    infobip_token: Secret | None = None
    """The last part of the address that Infobip calls."""
    gateways: Annotated[dict[str, InboundGateway], NoDecode, BeforeValidator(described(InboundGateway))] = Field(
        default={}
    )
    """Other gateways by name, as JSON (`gateways.InboundGateway`)."""


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
    routes: _ByName = Field(default={})
    """Which gateway sends for a number of ours, as JSON: `android`, `twilio`, `vonage`, `infobip`, or one of `senders`.
    Kannel sends for all others."""
    android_url: HttpAddress = "https://api.sms-gate.app/3rdparty/v1/message"
    """Where the Android gateway takes messages: its cloud, or the telephone itself."""
    android_username: str = ""
    """Our name there."""
    android_password: HeaderSecret | None = None
    """Our password there."""
    twilio_account_sid: _AccountSid = ""
    """Our account at Twilio."""
    twilio_auth_token: HeaderSecret | None = None
    """Its auth token."""
    twilio_url: _OptionalAddress = ""
    """Our Twilio door as Twilio calls it; it gets the delivery reports."""
    vonage_url: HttpAddress = "https://rest.nexmo.com/sms/json"
    """Where Vonage takes messages."""
    vonage_api_key: str = ""
    """Our account at Vonage."""
    vonage_api_secret: HeaderSecret | None = None
    """Its secret."""
    infobip_url: _OptionalAddress = ""
    """Our own base address at Infobip, https://….api.infobip.com."""
    infobip_api_key: HeaderSecret | None = None
    """Its key."""
    senders: Annotated[dict[str, OutboundGateway], NoDecode, BeforeValidator(described(OutboundGateway))] = Field(
        default={}
    )
    """Other gateways by name, as JSON (`gateways.OutboundGateway`)."""
    most_parts: Annotated[int, Field(ge=1, le=10)] = 3
    """How many short messages one answer may take."""
    send_timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0
    """Seconds for each step of a call."""


class SmsMediaSettings(Settings):
    """`NTBCARE_SMS_…` for the process that fetches what came along."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_SMS_")

    twilio_account_sid: _AccountSid = ""
    """Our account at Twilio."""
    twilio_auth_token: HeaderSecret | None = None
    """Its auth token."""


class SmsStatusSettings(Settings):
    """`NTBCARE_SMS_…` for the process that asks the gateways whether they run."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_SMS_")

    numbers: Names
    """The numbers that citizens write to."""
    kannel_status_url: HeaderSecret | None = None
    """Kannel's status as XML, with its password if it has one. None: nobody asks."""
    android_health_url: _OptionalAddress = ""
    """The Android gateway's health. Empty: nobody asks."""
    status_timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds for each step of a call."""
