"""The settings of the channel `sms`."""

from pydantic_settings import SettingsConfigDict

from shared.core.settings import Names, Secret, Settings


class SmsSettings(Settings):
    """`NTBCARE_SMS_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_SMS_")

    numbers: Names
    """The numbers that citizens write to: short codes, or telephone numbers in any spelling."""
    kannel_token: Secret
    """The last part of the address that Kannel calls."""
