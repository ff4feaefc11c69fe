"""Where our rules decide otherwise than the index says. Decision record 0022 tells why; a test compares."""

DEVIATIONS = {
    "a complaint is one although another app answers in its conversation": ("instagram/ig_chatwoot_standby.json",),
    "what a gateway with the right token says badly is parked, not bounced": (
        "sms/infobip/missing_results.json",
        "sms/external/no_sender.query",
    ),
    "a command is a message that the ledger can name": ("sms/external/mtarget_stop.form",),
    "the same words on the next day are a complaint of their own": ("sms/android_gateway/sms_same_content_hash.json",),
}
"""The files of each."""
