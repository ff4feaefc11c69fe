"""Intake's composition root."""

from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter

from services.intake import endpoints
from services.intake.models import inbox, parked
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from services.intake.storage import AttachmentStore
from shared.channels import available_channels, load_channel
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.events import COMPLAINTS
from shared.http.limits import RateLimit
from shared.security.vault import VaultKeys


def build(options: ServeOptions) -> ServiceApp:
    """Build intake for the chosen channels (all of them by default)."""
    settings = IntakeSettings.load()
    channels = [load_channel(name) for name in options.channels or available_channels()]
    database = Database(settings.database_url.get_secret_value(), application="intake", pool_size=10)
    service = IntakeService(
        vault=VaultKeys([key.get_secret_value() for key in settings.vault_keys]),
        access_code_key=settings.access_code_key.get_secret_value(),
        store=AttachmentStore(Path(settings.attachments)),
    )
    router = APIRouter()
    router.include_router(endpoints.doors(service, database, channels, RateLimit(settings.submissions_per_minute)))
    router.include_router(endpoints.tickets(service, database, RateLimit(settings.lookups_per_minute)))
    built = ServiceApp(
        name="intake",
        router=router,
        own_bodies=[door.path.split("{")[0] for channel in channels for door in channel.doors],
        checks={"database": database.ping},
        close=database.close,
    )
    return built if options.part == "http" else _with_workers(built, service, database)


def _with_workers(built: ServiceApp, service: IntakeService, database: Database) -> ServiceApp:
    from services.intake import consumers  # noqa: PLC0415 - the doors need no Kafka, and none of its memory
    from shared.kafka import Consumer, KafkaSettings, ParkingLot  # noqa: PLC0415 - as above

    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="intake",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(service),
    )
    return replace(
        built,
        workers={"consumer": consumer.run, "parking": consumer.attend_parking},
        worker_checks={"consumer": consumer.check},
    )
