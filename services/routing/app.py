"""Routing's composition root: a consumer, no HTTP of its own."""

from services.routing import consumers
from services.routing.models import inbox, parked
from services.routing.rules.decide import warm_up
from services.routing.service import RoutingService
from services.routing.settings import RoutingSettings
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.directory import directory
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot


def build(_options: ServeOptions) -> ServiceApp:
    """Build routing with the directory as it stands."""
    agencies = directory()
    warm_up(agencies)
    database = Database(RoutingSettings.load().database_url.get_secret_value(), application="routing")
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="routing",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(RoutingService(agencies)),
    )
    return ServiceApp(
        name="routing",
        workers={"consumer": consumer.run, "parking": consumer.attend_parking},
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=database.close,
    )
