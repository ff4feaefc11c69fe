"""Casework's composition root."""

from fastapi import APIRouter

from services.casework import consumers, endpoints
from services.casework.clocks.due import Due
from services.casework.clocks.recomputing import Recomputing
from services.casework.clocks.terms import terms
from services.casework.clocks.worker import ClockWorker
from services.casework.looks.endpoints import looks
from services.casework.looks.service import Looks
from services.casework.models import inbox, parked
from services.casework.notices.dispatch import Dispatch
from services.casework.notices.gathering import Gathering
from services.casework.notices.mail import MailServer
from services.casework.notices.settings import MailSettings
from services.casework.notices.worker import Worker as NoticeWorker
from services.casework.repository import lock_cases
from services.casework.service import CaseworkService
from services.casework.settings import CaseworkSettings
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.directory import directory
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from shared.security import SecuritySettings, authenticated
from shared.security.vault import VaultKeys


def build(_options: ServeOptions) -> ServiceApp:
    """Build casework from its settings. Raises where limits, ladder or the calendar of the next months are wanting."""
    settings = CaseworkSettings.load()
    terms().require()
    database = Database(settings.database_url.get_secret_value(), application="casework", pool_size=10)
    service = CaseworkService(
        policy=settings.policy,
        directory=directory(),
    )
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="casework",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(service),
        lock=lock_cases,
    )
    clocks = ClockWorker(database, Due(), Recomputing())
    signed_in = authenticated(SecuritySettings.load())
    router = APIRouter()
    router.include_router(endpoints.cases(service, database, signed_in))
    router.include_router(looks(Looks(_vault_of(settings)), database, signed_in))
    return ServiceApp(
        name="casework",
        router=router,
        workers={
            "consumer": consumer.run,
            "parking": consumer.attend_parking,
            "clocks": clocks.run,
            "notices": notices_worker(database).run,
        },
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=database.close,
    )


def _vault_of(settings: CaseworkSettings) -> VaultKeys | None:
    keys = [key.get_secret_value() for key in settings.vault_keys]
    return VaultKeys(keys) if keys else None


def notices_worker(database: Database) -> NoticeWorker:
    """Build the worker that tells officers of the ladder's steps."""
    mails = MailSettings.load()
    return NoticeWorker(
        database,
        Gathering(terms().calendar),
        Dispatch(sender=mails.smtp_from, page=mails.page or None),
        MailServer(mails) if mails.smtp_host else None,
    )
