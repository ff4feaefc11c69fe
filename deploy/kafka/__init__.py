"""Apache Kafka: its jars and settings, and who may do what on it."""
