"""Kafka: the relay that empties the outbox, and the consumer that loses and doubles nothing."""

from shared.kafka.client import KafkaSettings, apply_topics
from shared.kafka.consumer import Consumer
from shared.kafka.handlers import Handler, Handlers, Together
from shared.kafka.parking import ParkingLot
from shared.kafka.relay import Relay

__all__ = ["Consumer", "Handler", "Handlers", "KafkaSettings", "ParkingLot", "Relay", "Together", "apply_topics"]
