"""Replies' composition root: a consumer, the sending loop, and what officers see of it."""

import random
from dataclasses import replace

from services.replies import consumers, endpoints
from services.replies.dispatch import Dispatch
from services.replies.models import inbox, parked
from services.replies.resolving import Resolving
from services.replies.service import RepliesService
from services.replies.settings import RepliesSettings
from services.replies.templates import Texts
from services.replies.worker import Worker
from shared.channels import ReplySender, available_channels, load_reply_sender
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.events import COMPLAINTS, CONVERSATIONS
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from shared.security import SecuritySettings, authenticated
from shared.security.vault import VaultKeys


def build(options: ServeOptions) -> ServiceApp:
    """Build replies for the channels that this installation serves: those chosen, otherwise all.

    What officers see needs no channel, no vault and no Kafka.
    """
    settings = RepliesSettings.load()
    database = Database(settings.database_url.get_secret_value(), application="replies", pool_size=settings.senders + 5)
    resolving = Resolving(settings.policy)
    app = ServiceApp(
        name="replies",
        router=endpoints.replies(resolving, database, authenticated(SecuritySettings.load())),
        checks={"database": database.ping},
        close=database.close,
    )
    return app if options.part == "http" else _with_workers(app, options, settings, database, resolving)


def _with_workers(
    app: ServiceApp, options: ServeOptions, settings: RepliesSettings, database: Database, resolving: Resolving
) -> ServiceApp:
    served = {name: load_reply_sender(name) for name in options.channels or available_channels()}
    senders: dict[str, ReplySender] = {name: sender for name, sender in served.items() if sender is not None}
    service = RepliesService(
        can_send={name: name in senders for name in served},
        texts=Texts(status_page=settings.status_page),
        policy=settings.policy,
    )
    dispatch = Dispatch(
        channels=tuple(senders),
        vault=VaultKeys([key.get_secret_value() for key in settings.vault_keys]),
        policy=settings.policy,
        queue=service.queue,
        jitter=random.random,
    )
    worker = Worker(database, dispatch, resolving, senders, at_once=settings.senders)
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="replies",
        topic=COMPLAINTS,
        also=(CONVERSATIONS,),
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(service),
    )
    return replace(
        app,
        workers={"consumer": consumer.run, "parking": consumer.attend_parking, "sender": worker.run},
        worker_checks={"consumer": consumer.check},
    )
