"""What a message is within what its sender has been saying: the written rules of a conversation, pure.

`decide(said, situation)` says whether a message opens a complaint, is added to one, waits, or is kept without one, by
which rule, and what the citizen is asked or told at once. Nothing here reads a clock, a table or the network.
"""

from services.intake.conversation.decide import decide
from services.intake.conversation.situation import (
    Command,
    Decision,
    Latest,
    Prompt,
    Question,
    Rating,
    Said,
    Situation,
    Turn,
)

__all__ = ["Command", "Decision", "Latest", "Prompt", "Question", "Rating", "Said", "Situation", "Turn", "decide"]
