"""Replies' composition root: a consumer and the sending loop, no HTTP of its own."""

import random

from services.replies import consumers
from services.replies.dispatch import Dispatch
from services.replies.models import inbox, parked
from services.replies.service import RepliesService
from services.replies.settings import RepliesSettings
from services.replies.templates import Texts
from services.replies.worker import Worker
from shared.channels import ReplySender, available_channels, load_reply_sender
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.events import COMPLAINTS, CONVERSATIONS
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from shared.security.vault import VaultKeys


def build(options: ServeOptions) -> ServiceApp:
    """Build replies for the channels that this installation serves: those chosen, otherwise all."""
    settings = RepliesSettings.load()
    served = {name: load_reply_sender(name) for name in options.channels or available_channels()}
    senders: dict[str, ReplySender] = {name: sender for name, sender in served.items() if sender is not None}
    database = Database(settings.database_url.get_secret_value(), application="replies", pool_size=settings.senders + 5)
    service = RepliesService(
        can_send={name: name in senders for name in served},
        texts=Texts(status_page=settings.status_page),
        policy=settings.policy,
    )
    dispatch = Dispatch(
        channels=tuple(senders),
        vault=VaultKeys([key.get_secret_value() for key in settings.vault_keys]),
        policy=settings.policy,
        jitter=random.random,
    )
    worker = Worker(database, dispatch, service, senders, at_once=settings.senders)
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="replies",
        topic=COMPLAINTS,
        also=(CONVERSATIONS,),
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(service),
    )
    return ServiceApp(
        name="replies",
        workers={"consumer": consumer.run, "parking": consumer.attend_parking, "sender": worker.run},
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=database.close,
    )
