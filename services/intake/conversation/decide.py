"""The rules in their order: the first that fits decides."""

from services.intake.conversation.situation import Decision, Said, Situation


def decide(said: Said, situation: Situation) -> Decision:
    """Say what becomes of a message."""
    if situation.named is not None:
        return Decision(disposition="appended", rule="names_complaint", complaint_id=situation.named)
    if not said.message.stands_alone:
        return Decision(disposition="held", rule="waits_for_words")
    return Decision(disposition="opened", rule="stands_alone")
