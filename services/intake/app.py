"""Intake's composition root."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import APIRouter

from services.intake import endpoints
from services.intake.citizens.addressing import Addressing
from services.intake.citizens.endpoints import own_complaints
from services.intake.citizens.service import CitizenService
from services.intake.desk.endpoints import desk
from services.intake.desk.entering import Desk
from services.intake.desk.kept import KeptMessages
from services.intake.desk.splitting import Splitting
from services.intake.evidence.endpoints import PATH as EVIDENCE
from services.intake.evidence.endpoints import evidence
from services.intake.evidence.service import Evidence
from services.intake.ledger.accounts import Accounts
from services.intake.media.endpoints import attachments
from services.intake.media.links import Links
from services.intake.media.queue import AttachmentQueue
from services.intake.models import inbox, parked
from services.intake.references import References
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from services.intake.uploads.endpoints import PATH as UPLOADS
from services.intake.uploads.endpoints import tus_uploads
from services.intake.uploads.pace import Pace
from services.intake.uploads.resolving import UploadResolver
from services.intake.uploads.service import UploadLimits, UploadService
from services.intake.uploads.spool import Spool
from services.intake.uploads.worker import UploadSweep
from shared.channels import (
    MediaPolicy,
    MessageReader,
    available_channels,
    load_channel,
    load_media_policy,
    load_message_reader,
)
from shared.contents import AttachmentStore
from shared.core.service import ServeOptions, ServiceApp, Worker
from shared.db import Database
from shared.events import COMPLAINTS
from shared.http.limits import RateLimit
from shared.security import SecuritySettings, authenticated
from shared.security.vault import VaultKeys

if TYPE_CHECKING:
    from services.intake.media.worker import MediaWorker


def service_of(settings: IntakeSettings) -> IntakeService:
    """Build the use cases: the doors, the workers and the operator's commands accept in the same way."""
    return IntakeService(
        vault=_vault_of(settings),
        access_code_key=settings.access_code_key.get_secret_value(),
        store=AttachmentStore.of(settings),
        policies=_policies(),
    )


def _policies() -> dict[str, MediaPolicy]:
    """Return every channel's policy: whichever doors a process has, the workers go on with all messages."""
    loaded = {name: load_media_policy(name) for name in available_channels()}
    return {name: policy for name, policy in loaded.items() if policy is not None}


def _vault_of(settings: IntakeSettings) -> VaultKeys:
    return VaultKeys([key.get_secret_value() for key in settings.vault_keys])


def _citizens_of(settings: IntakeSettings) -> CitizenService:
    code_key = settings.access_code_key.get_secret_value()
    return CitizenService(vault=_vault_of(settings), access_code_key=code_key, channels=available_channels())


def _uploads_of(settings: IntakeSettings) -> UploadService:
    return UploadService(vault=_vault_of(settings), spool=Spool.of(settings), limits=UploadLimits.of(settings))


def _pace_of(settings: IntakeSettings) -> Pace:
    device, address = settings.upload_requests_per_minute, settings.upload_requests_per_minute_and_address
    return Pace(RateLimit(device), RateLimit(address))


def build(options: ServeOptions) -> ServiceApp:
    """Build intake for the chosen channels (all of them by default)."""
    settings = IntakeSettings.load()
    names = tuple(options.channels or available_channels())
    channels = [] if options.part == "workers" else [load_channel(name) for name in names]
    database = Database(settings.database_url.get_secret_value(), application="intake", pool_size=10)
    service, citizens, uploads = service_of(settings), _citizens_of(settings), _uploads_of(settings)
    store = AttachmentStore.of(settings)
    submissions, lookups = RateLimit(settings.submissions_per_minute), RateLimit(settings.lookups_per_minute)
    references = References(Addressing(citizens, database), UploadResolver(uploads, database))
    router = APIRouter()
    router.include_router(endpoints.doors(service, database, channels, references, submissions))
    router.include_router(endpoints.tickets(service, database, lookups))
    router.include_router(tus_uploads(uploads, database, submissions, _pace_of(settings)))
    if options.part != "workers":
        links = Links(settings.access_code_key.get_secret_value())
        router.include_router(own_complaints(citizens, database, lookups, links))
        signed_in = authenticated(SecuritySettings.load())
        router.include_router(attachments(AttachmentQueue(store, {}), store, database, links, signed_in))
        router.include_router(evidence(Evidence(store), database, signed_in))
        router.include_router(desk(KeptMessages(), Desk(service), Splitting(), database, signed_in))
    built = ServiceApp(
        name="intake",
        router=router,
        own_bodies=[UPLOADS, EVIDENCE, *(door.path for channel in channels for door in channel.doors)],
        checks={"database": database.ping},
        report=Accounts(database, {}).report,
        close=database.close,
    )
    if options.part == "http":
        return built
    readers = _readers_of(names)
    waiting = _waiting_worker(settings, service, database, names, readers)
    workers = {
        "media": media_worker(database, store).run,
        "waiting": waiting,
        "uploads": UploadSweep(uploads, database).run,
        **_ledger_workers(settings, service, database, readers),
    }
    return _with_workers(built, service, workers, database)


def _with_workers(
    built: ServiceApp, service: IntakeService, workers: Mapping[str, Worker], database: Database
) -> ServiceApp:
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
        workers={"consumer": consumer.run, "parking": consumer.attend_parking, **workers},
        worker_checks={"consumer": consumer.check},
    )


def media_worker(database: Database, store: AttachmentStore) -> "MediaWorker":
    """Fetch for every channel, whichever doors this process has: what there is to fetch lies in the database."""
    from services.intake.media.fetch import Fetcher  # noqa: PLC0415 - the doors fetch nothing, and need no HTTP client
    from services.intake.media.worker import MediaWorker  # noqa: PLC0415 - as above
    from shared.http.outside import OutsideClient  # noqa: PLC0415 - as above

    return MediaWorker(database, AttachmentQueue(store, _policies()), Fetcher(OutsideClient()), store)


def _readers_of(channels: Sequence[str]) -> Mapping[str, MessageReader]:
    loaded = {name: load_message_reader(name) for name in channels}
    return {name: reader for name, reader in loaded.items() if reader is not None}


def _ledger_workers(
    settings: IntakeSettings, service: IntakeService, database: Database, readers: Mapping[str, MessageReader]
) -> Mapping[str, Worker]:
    from services.intake.ledger.workers import ledger_workers  # noqa: PLC0415 - the doors do none of this

    return ledger_workers(settings, service, database, readers)


def _waiting_worker(
    settings: IntakeSettings,
    service: IntakeService,
    database: Database,
    channels: Sequence[str],
    readers: Mapping[str, MessageReader],
) -> Worker:
    """Go on with what waits. Only the channels of this process are asked: it has no other's secrets."""
    from services.intake.waiting.agency import AgencyMessages  # noqa: PLC0415 - the doors do none of this
    from services.intake.waiting.amendments import Amendments  # noqa: PLC0415 - as above
    from services.intake.waiting.held import Held  # noqa: PLC0415 - as above
    from services.intake.waiting.parts import Parts  # noqa: PLC0415 - as above
    from services.intake.waiting.pointers import Pointers  # noqa: PLC0415 - as above
    from services.intake.waiting.worker import WaitingWorker  # noqa: PLC0415 - as above

    vault = _vault_of(settings)
    pointers = Pointers(service, vault, channels=channels)
    parts, amendments = Parts(service, vault), Amendments(service, vault)
    return WaitingWorker(database, parts, Held(), AgencyMessages(), amendments, pointers, readers).run
