"""Lapor's composition root: a consumer, workers, and what officers see and do."""

from dataclasses import replace

from fastapi import APIRouter

from services.lapor import consumers, endpoints
from services.lapor.arrivals.door import Door
from services.lapor.desk.naming import Defaults
from services.lapor.desk.service import Desk
from services.lapor.keeping import Policy
from services.lapor.models import inbox, parked
from services.lapor.outward.contents import Contents
from services.lapor.outward.policy import load_policy
from services.lapor.service import LaporService
from services.lapor.settings import LaporSettings
from services.lapor.wire.circuit import Circuit
from services.lapor.wire.client import LaporClient, longest_call_s
from services.lapor.worker import Arrivals, Mirror
from shared.contents import AttachmentStore
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.directory import lapor_ids
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from shared.security import SecuritySettings, authenticated

_BEGINNING_S = 15.0
_RECORDING_S = 30.0


def build(options: ServeOptions) -> ServiceApp:
    """Build lapor from its settings. What officers see needs neither LAPOR! nor Kafka, its workers no officer's key."""
    settings = LaporSettings.load()
    database = Database(settings.database_url.get_secret_value(), application="lapor")
    service = LaporService(policy(settings), exchanges_days=settings.exchanges_days)
    app = ServiceApp(name="lapor", checks={"database": database.ping}, close=database.close)
    if options.part != "workers":
        app = replace(app, router=_desk(settings, database), own_bodies=endpoints.OWN_BODIES)
    return app if options.part == "http" else _with_workers(app, settings, database, service)


def _desk(settings: LaporSettings, database: Database) -> APIRouter:
    defaults = Defaults(classification_id=settings.classification_id, location_id=settings.location_id)
    return endpoints.lapor(Desk(policy(settings), defaults), database, authenticated(SecuritySettings.load()))


def _with_workers(app: ServiceApp, settings: LaporSettings, database: Database, service: LaporService) -> ServiceApp:
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="lapor",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(service),
    )
    client = LaporClient(settings)
    mirror = Mirror(database, service, client, Circuit(settings.pause_s), Contents(AttachmentStore.of(settings)))
    door = Door(settings.door_url, settings.door_secrets[0]) if settings.door_url and settings.door_secrets else None
    workers = {
        "consumer": consumer.run,
        "parking": consumer.attend_parking,
        "arrivals": Arrivals(database, service, door).run,
        "sample": mirror.sample,
    }
    if settings.mode == "api":
        workers |= {"push": mirror.push, "look": mirror.look, "masters": mirror.read_masters(settings.masters_every_s)}
        if settings.list_path:
            workers["list"] = mirror.read_list(settings.list_every_s)
    else:
        workers["tidy"] = mirror.tidy

    async def close() -> None:
        await client.close()
        if door is not None:
            await door.close()
        await database.close()

    return replace(app, workers=workers, worker_checks={"consumer": consumer.check}, close=close)


def policy(settings: LaporSettings) -> Policy:
    """Return what the service needs to know of the settings.

    A claim outlives a late beginning, the longest call and its record.
    """
    return Policy(
        institution_id=settings.institution_id,
        ids=lapor_ids(),
        goes=load_policy(settings.policy),
        by_hand=settings.mode == "by_hand",
        review=settings.review,
        direct=settings.disposition == "direct",
        list_since=settings.arrivals_since,
        trust_list=settings.trust_list,
        system_codes=settings.system_codes,
        lease_s=_BEGINNING_S + longest_call_s(settings) + _RECORDING_S,
        begin_s=_BEGINNING_S,
        retry_s=settings.retry_s,
        settle_s=settings.settle_s,
        look_every_s=settings.look_every_s,
        look_again_s=settings.look_again_s,
        looks_per_hour=settings.looks_per_hour,
        sends_per_hour=settings.sends_per_hour,
    )
