"""The relay's composition root: one worker, no HTTP of its own."""

from services.relay.settings import RelaySettings
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.kafka import KafkaSettings, Relay


def build(_options: ServeOptions) -> ServiceApp:
    """Build the relay from its settings."""
    database = Database(RelaySettings.load().database_url.get_secret_value(), application="relay", pool_size=2)
    relay = Relay(database, KafkaSettings.load())
    return ServiceApp(
        name="relay",
        workers={"relay": relay.run},
        checks={"database": database.ping},
        worker_checks={"relay": relay.check},
        close=database.close,
    )
