"""Replies' settings."""

from datetime import time, timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.replies.quiet import QuietHours
from services.replies.rules import Limits, Policy
from shared.core.settings import Secret, Secrets, Settings

Count = Annotated[int, Field(ge=1)]


class RepliesSettings(Settings):
    """`NTBCARE_REPLIES_…`; the database URL is `postgresql://ntbcare_replies:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_REPLIES_")

    database_url: Secret
    vault_keys: Secrets
    """Open the reporter vault: the same values as NTBCARE_INTAKE_VAULT_KEYS."""
    status_page: str = ""
    """Where a citizen looks a ticket up, as it stands in the messages; empty while there is no such page."""
    senders: Annotated[int, Field(ge=1, le=32)] = 4
    """How many messages one process has in hand at once."""
    attempts: Count = 10
    """How often a message is handed to a provider that says "later", before it is given up."""
    pause_minutes: Count = 5
    """How long an account rests after its provider refused us, until one message tries again."""
    acknowledgement_hours: Count = 24
    """How long after the event an acknowledgement still makes sense."""
    answer_hours: Count = 168
    """How long after the event an officer's answer is still sent."""
    notice_hours: Count = 48
    """How long after the event a notice is still sent: passed on, closed, open again."""
    quiet_begin: time = time(21)
    """From when on, WITA, nobody is disturbed by what nobody waits for; the same as `quiet_end`: never."""
    quiet_end: time = time(7)
    """Until when."""
    conversation_per_hour: Count = 3
    """Acknowledgements to one person on one channel: stops a loop with an autoresponder."""
    conversation_per_day: Count = 10
    """The same, in 24 hours."""
    thread_per_hour: Count = 10
    """Public acknowledgements under one post."""
    account_per_hour: Count = 300
    """Acknowledgements from one account of ours: whoever forges senders cannot make us pay without end."""
    account_emergencies_per_hour: Count = 600
    """The same for answers with 112, which no other limit of an account holds up; beyond it somebody is paged."""

    @property
    def policy(self) -> Policy:
        """The numbers, as the rules take them."""
        return Policy(
            limits=Limits(
                conversation_hour=self.conversation_per_hour,
                conversation_day=self.conversation_per_day,
                thread_hour=self.thread_per_hour,
                account_hour=self.account_per_hour,
                account_emergencies_hour=self.account_emergencies_per_hour,
            ),
            acknowledgement_valid=timedelta(hours=self.acknowledgement_hours),
            answer_valid=timedelta(hours=self.answer_hours),
            notice_valid=timedelta(hours=self.notice_hours),
            quiet=QuietHours(begin=self.quiet_begin, end=self.quiet_end),
            attempts=self.attempts,
            pause=timedelta(minutes=self.pause_minutes),
        )
