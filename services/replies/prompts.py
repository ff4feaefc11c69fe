"""Which messages are about a message that made no complaint. Their words stand in `texts/`.

Where they name a complaint they say `nomor`, not `laporan`: nobody who looks over a shoulder learns what it is about.
"""

SPOKEN_ON = frozenset({"sms", "direct_message"})
"""Only between the citizen and us: below a post, everybody would read what they asked."""
ASKED_FOR = frozenset(
    {
        *("help", "status", "ticket_unknown", "cancelled", "not_cancelled", "reopened", "not_reopened"),
        *("rated", "not_rated", "stopped", "resumed", "joined", "not_joined"),
    }
)
"""Answers to a command. Whoever said STOP gets them all the same: it silences what we send unasked, and must not hide
what somebody does in their name."""
PROMPTS = ASKED_FOR | {"greeting", "words_wanted"}
