"""Which service sends and receives which event, read from the code itself."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec

import services
from shared.events import EVENTS, Event

Events = tuple[type[Event], ...]


class UndeclaredConsumerError(Exception):
    """A service has consumers and does not say of what."""


def service_names() -> list[str]:
    """Return the folders of `services/` and whoever an event names as its source, in alphabetical order."""
    folders = {module.name for module in pkgutil.iter_modules(services.__path__) if module.ispkg}
    return sorted(folders | {model.source.removeprefix("/services/") for model in EVENTS.values()})


def sent_by(service: str) -> Events:
    """Return the events whose `source` is this service."""
    return tuple(model for model in EVENTS.values() if model.source == f"/services/{service}")


def received_by(service: str) -> Events:
    """Return what the service's `consumers.CONSUMES` names, in the contracts' order; nothing without `consumers.py`.

    Raises `UndeclaredConsumerError`.
    """
    if find_spec(f"services.{service}") is None or find_spec(f"services.{service}.consumers") is None:
        return ()
    consumes = getattr(import_module(f"services.{service}.consumers"), "CONSUMES", None)
    if not isinstance(consumes, tuple) or not set(consumes) <= set(EVENTS.values()):
        raise UndeclaredConsumerError(
            f"services/{service}/consumers.py must declare CONSUMES, a tuple of event classes of shared.events"
        )
    return tuple(model for model in EVENTS.values() if model in consumes)
