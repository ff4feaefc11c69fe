"""What the ledger does by itself."""

from collections.abc import Mapping
from datetime import timedelta

from services.intake.ledger.accounts import Accounts
from services.intake.ledger.forgetting import Forgetting
from services.intake.ledger.recovering import Recovery
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from shared.channels import MessageReader
from shared.core.service import Worker
from shared.db import Database


def ledger_workers(
    settings: IntakeSettings, service: IntakeService, database: Database, readers: Mapping[str, MessageReader]
) -> dict[str, Worker]:
    """Forget old requests, read back what was missed, ask the providers how our accounts are."""
    return {
        "forgetting": Forgetting(database, timedelta(days=settings.raw_requests_days)).run,
        "recovery": Recovery(service, database, readers).run,
        "accounts": Accounts(database, readers).run,
    }
