"""What routing decides by, read once at its start: directory, boundaries, SMS codes, and the trained model if any."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from services.routing.model.serve import AffairModel, load_model
from services.routing.model.store import ModelError
from services.routing.rules.decide import Knowledge, Locator
from services.routing.rules.sms_code import SmsCode, read_sms_codes
from services.routing.settings import BoundariesSetting, RoutingSettings
from shared.core.errors import ExplainedError
from shared.directory import directory

log = structlog.get_logger()


def load_knowledge(settings: RoutingSettings) -> Knowledge:
    """Read all of it; raises `ExplainedError`, which names the operator's file and the row or feature that is wrong.

    A model that cannot be used stops nothing: it is logged, and the rules decide alone.
    """
    codes = Path(settings.sms_codes) if settings.sms_codes else None
    return Knowledge(
        directory=directory(),
        model=_model(settings),
        boundaries=_boundaries(settings.boundaries) if settings.boundaries else None,
        sms_codes=_sms_codes(codes) if codes else None,
        sms_codes_version=hashlib.sha256(codes.read_bytes()).hexdigest()[:8] if codes else "",
    )


def _boundaries(given: Sequence[BoundariesSetting]) -> Locator:
    from services.routing.boundaries import BoundaryFile, load_boundaries  # noqa: PLC0415 - 25 MB, only where needed

    return load_boundaries([BoundaryFile(one.path, one.valid_from, one.valid_to) for one in given])


def _sms_codes(path: Path) -> Mapping[str, SmsCode]:
    try:
        return read_sms_codes(path)
    except (OSError, ValueError) as error:
        raise ExplainedError(f"NTBCARE_ROUTING_SMS_CODES: {error}") from None


def _model(settings: RoutingSettings) -> AffairModel | None:
    try:
        model = load_model(settings.models)
    except ModelError as error:
        log.error("routing.model_unusable", reason=str(error))  # noqa: TRY400 - the reason says it all
        return None
    log.info("routing.model", version=model.version if model else None)
    return model
