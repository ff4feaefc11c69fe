"""Every metric in one place, so that a dashboard never meets an undeclared name."""

from prometheus_client import Counter, Histogram

DOOR_OUTCOMES = Counter(
    "ntbcare_door_outcomes_total",
    "What became of requests at a door: accepted, duplicate, delivery_report, ignored, parked, handshake, or refused "
    "with its reason.",
    ["channel", "outcome", "reason"],
)
DOOR_SECONDS = Histogram(
    "ntbcare_door_seconds",
    "From the request's first byte in the application to its answer.",
    ["channel"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
EVENTS_PUBLISHED = Counter("ntbcare_events_published_total", "Outbox rows that Kafka acknowledged.")
EVENTS_CONSUMED = Counter("ntbcare_events_consumed_total", "Events whose effect was committed.", ["group", "type"])
EVENTS_PARKED = Counter("ntbcare_events_parked_total", "Events parked because they could not be processed.", ["group"])
PROBLEMS = Counter("ntbcare_http_problems_total", "Requests to the APIs that ended in a problem.", ["code"])
