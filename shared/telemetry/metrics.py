"""Every metric in one place, so that a dashboard never meets an undeclared name."""

from prometheus_client import Counter, Gauge, Histogram

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
CONSUMER_LAG = Gauge(
    "ntbcare_consumer_lag",
    "Events of a partition that the group has not worked through yet.",
    ["group", "topic", "partition"],
)
PARKED = Gauge(
    "ntbcare_parked", "Events in a service's parking lot now, by state (parked needs a person).", ["group", "state"]
)
OUTBOX_PENDING = Gauge("ntbcare_outbox_pending", "Events that Kafka does not have yet.")
OUTBOX_AGE = Gauge("ntbcare_outbox_oldest_seconds", "How long the oldest of them has waited; 0 when there is none.")
OUTBOX_REFUSED = Gauge("ntbcare_outbox_refused", "Events that Kafka will never take; their complaints wait.")
STAGE_SECONDS = Histogram(
    "ntbcare_stage_seconds",
    "publish: from an event's commit to Kafka's acknowledgement. A consumer group's name: from the event's time to the "
    "commit of its effect there.",
    ["stage"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30, 120, 600),
)
PROBLEMS = Counter("ntbcare_http_problems_total", "Requests to the APIs that ended in a problem.", ["code"])
LAPOR_MIRRORS = Gauge("ntbcare_lapor_mirrors", "Complaints by how their mirror at SP4N-LAPOR! stands.", ["state"])
LAPOR_STEPS = Gauge(
    "ntbcare_lapor_steps", "Files, dispositions and follow-ups that are not done at SP4N-LAPOR! yet.", ["kind", "state"]
)
LAPOR_NOTICES = Gauge("ntbcare_lapor_notices", "What waits for a person about SP4N-LAPOR!, by kind.", ["kind"])
LAPOR_ARRIVALS = Gauge("ntbcare_lapor_arrivals", "Complaints that were filed at SP4N-LAPOR!, by state.", ["state"])
LAPOR_CALLS = Counter("ntbcare_lapor_calls_total", "Calls to SP4N-LAPOR!, and what came of them.", ["call", "outcome"])
LAPOR_CIRCUIT_OPEN = Gauge("ntbcare_lapor_circuit_open", "1 while no call to SP4N-LAPOR! is made: something is wrong.")
REPLIES = Counter(
    "ntbcare_replies_total",
    "Messages to citizens by what they came to: queued, sent, failed, unknown or withheld.",
    ["channel", "template", "outcome"],
)
REPLIES_OPEN = Gauge(
    "ntbcare_replies_open", "Messages to citizens now queued, sending or unknown.", ["channel", "state"]
)
REPLY_TROUBLES = Counter(
    "ntbcare_reply_troubles_total",
    "Attempts to send that came to nothing: what helps (retry, give_up, pause, throttle, unknown, objection), and why.",
    ["channel", "remedy", "reason"],
)
EMERGENCIES_UNANSWERED = Counter(
    "ntbcare_emergencies_unanswered_total",
    "People in danger who were not told of 112: their account had told too many in an hour. Forged, or a disaster.",
    ["channel"],
)
REPLY_ACCOUNTS_PAUSED = Gauge(
    "ntbcare_reply_accounts_paused",
    "Our accounts whose provider refuses us: an operator must act.",
    ["channel", "account"],
)
ATTACHMENTS = Counter(
    "ntbcare_attachments_total",
    "What became of attachments: stored, refused, failed, later (will be fetched again) or expired, and why.",
    ["channel", "outcome", "reason"],
)
WAITING = Gauge(
    "ntbcare_intake_waiting",
    "What waits in intake: parts of long messages, held media, amendments without a message, pointers to resolve.",
    ["what"],
)
WAITING_AGE = Gauge(
    "ntbcare_intake_waiting_oldest_seconds", "How long the oldest of them has waited; 0 when there is none.", ["what"]
)
WAITED = Counter(
    "ntbcare_intake_waited_total",
    "What became of what waited: parts whole, with_holes or repeated; held no_words_came; amendments applied, adopted, "
    "no_change or given_up; pointers resolved, fallback, given_up, parked or later, and why.",
    ["what", "channel", "outcome", "reason"],
)
RECOVERED = Counter(
    "ntbcare_recovered_total",
    "Messages that no webhook brought and that were read back from the provider.",
    ["channel", "account"],
)
ACCOUNT_HEALTHY = Gauge(
    "ntbcare_account_healthy",
    "1 while the provider says that an account of ours receives: token, subscription, gateway; 0 with its problem.",
    ["channel", "account"],
)
ACCOUNT_TOKEN_EXPIRES = Gauge(
    "ntbcare_account_token_expires_timestamp", "When an account's token ends (Unix time).", ["channel", "account"]
)
ACCOUNT_LAST_MESSAGE_AGE = Gauge(
    "ntbcare_account_last_message_seconds", "How long ago a citizen last wrote to an account.", ["channel", "account"]
)
ACCOUNT_SILENT = Gauge(
    "ntbcare_account_silent",
    "1 while an account has heard nothing for longer than at this hour in the last four weeks.",
    ["channel", "account"],
)
CLOCKS_OVERDUE = Gauge("ntbcare_clocks_overdue", "Deadlines of open complaints that are over.", ["clock"])
CLOCKS_UNKNOWN = Gauge(
    "ntbcare_clocks_limit_unknown",
    "Deadlines of open complaints whose limit or calendar is not known: nobody is reminded of them.",
    ["clock"],
)
CLOCKS_HANDLED = Counter(
    "ntbcare_clocks_handled_total",
    "Due deadlines that a worker saw to: told (a step of the ladder), missed, or ended (closed or archived by itself).",
    ["clock", "what"],
)
CLOCKS_LAG = Gauge("ntbcare_clocks_lag_seconds", "How long the oldest due deadline has waited; 0 when none does.")
NOTICES_UNTOLD = Gauge(
    "ntbcare_notices_untold",
    "Steps of the ladder that nobody was told of yet; at night and on days off they wait for the morning.",
    ["audience"],
)
NOTICES_NOBODY = Gauge(
    "ntbcare_notices_nobody",
    "Of these, those for which nobody of the audience has an account with an e-mail that takes mails.",
    ["audience"],
)
NOTICES_MISSED = Counter(
    "ntbcare_notices_missed_total",
    "Steps of the ladder for which nobody of an audience could be told, and why: nobody_to_tell, or refused by their "
    "mail server. A liaison's and a leader's go to the coordinator.",
    ["audience", "reason"],
)
DIGESTS = Counter(
    "ntbcare_digests_total",
    "Mails to officers by what they came to: sent, failed, unknown, withheld (all was over) or queued again; why.",
    ["kind", "outcome", "reason"],
)
MAIL_RESTS = Gauge(
    "ntbcare_mail_rests",
    "1 while no officer is mailed, by reason: off (no server is set), or what the mail server said.",
    ["reason"],
)
