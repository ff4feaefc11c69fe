"""Routing's composition root: a consumer and a worker that compares, no HTTP of its own."""

from services.routing import consumers
from services.routing.knowledge import load_knowledge
from services.routing.learning.service import teaches
from services.routing.likeness.service import LikenessService
from services.routing.likeness.worker import Comparing
from services.routing.models import inbox, parked
from services.routing.rules.decide import warm_up
from services.routing.service import RoutingService
from services.routing.settings import RoutingSettings
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot


def build(_options: ServeOptions) -> ServiceApp:
    """Build routing with the directory as it stands."""
    settings = RoutingSettings.load()
    knowledge = load_knowledge(settings)
    warm_up(knowledge)
    database = Database(settings.database_url.get_secret_value(), application="routing")
    comparing = Comparing(database, LikenessService(knowledge.directory))
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="routing",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(RoutingService(knowledge, account_regions=settings.account_regions)),
        concerns=teaches,
    )
    return ServiceApp(
        name="routing",
        workers={"consumer": consumer.run, "parking": consumer.attend_parking, "comparing": comparing.run},
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=database.close,
    )
