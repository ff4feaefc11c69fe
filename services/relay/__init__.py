"""Stop 5, publish: empties the outbox into Kafka. Owns the schema `bus`."""
