"""The windows and limits of a conversation, each with its reason."""

from datetime import timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=10)
"""What `Situation.recent` counts: long enough to see a loop or a storm, short enough to be over soon."""

FLOOD: Final = 30
"""Messages of one person to one account within `WINDOW`: nobody types three a minute for ten minutes, two answering
machines do. What comes after is kept for an officer, and not answered."""

PROMPT_WINDOW: Final = timedelta(hours=12)
"""A greeting is answered once within it: twice would nag, and who comes back the next morning is greeted again."""

MEDIA_WINDOW: Final = timedelta(hours=24)
"""A photo without words belongs to the complaint that its sender last spoke of: it is often taken the day after.
Messenger, too, takes a day for one conversation."""

ANSWER_WINDOW: Final = timedelta(hours=72)
"""Who answers our question later than this is more likely to speak of something new; three days span a weekend."""

SURE_ANSWER_WINDOW: Final = timedelta(minutes=60)
"""Until then after our question anything said is its answer, however long."""

LONG_ANSWER: Final = 25
"""Words. After `SURE_ANSWER_WINDOW` a text of more than these that lacks neither what nor where is no answer but
a complaint of its own: one too many is joined by an officer, one hidden in another is lost."""

CONTINUES_WINDOW: Final = timedelta(minutes=60)
"""In private, what follows within an hour of the last message goes on with it: people write a complaint in pieces."""

THREAD_WINDOW: Final = timedelta(days=7)
"""Below a public post the thread itself says what it is about; after a week it is another matter."""

JUDGED: Final = 10_000
"""Characters that the rules look at: as many as a complaint keeps."""

SMALL_TALK: Final = 25
"""Words. A longer text is never small talk, whatever its words."""

COMMAND: Final = 10
"""Words. A longer text is no command: `NTBCARE GABUNG NTB 7K3M 9QX2F 7K3M9 QX2FA ya min` is about the longest."""

RATING: Final = 60
"""Words. A rating may say why, in a few sentences; what is longer is added to the complaint that it names."""

AUTOMATIC: Final = 600
"""Characters. Answering machines are brief; a longer text is a person's."""

SPAM: Final = 1_000
"""Characters. So are advertisements."""

TICKETS: Final = 5
"""Tickets looked up of one message: nobody names more, a guesser would."""

ASKS: Final = 2
"""Questions asked of one complaint: more are not answered."""

REOPEN_WINDOW: Final = timedelta(hours=24)
"""How long a withdrawal may be taken back: whoever is told of a BATAL that was not theirs reads it by then, and what
was meant to end has an end."""

OFFICER_WINDOW: Final = timedelta(days=30)
"""How long an officer's question may be answered while the complaint waits for it: casework drops it by then."""

REPLY_WINDOW: Final = timedelta(hours=72)
"""Who writes back to an agency's answer does it within days; the same as for our own question."""

SHORT: Final = 15
"""Words. What is written back to an answer is short; a longer text tells of something by itself."""

RATING_WINDOW: Final = timedelta(days=14)
"""How long after the answer, or the close that asks for it, a bare number is a rating; later nobody knows of what."""

HOLD: Final = timedelta(hours=24)
"""How long media without words wait for them; then they are kept for an officer."""

EDIT_WAIT: Final = timedelta(minutes=10)
"""How long an edit waits for the message that it edits: notices overtake each other. Then the first one was lost, and
the edit is taken in as the message."""

OWN_REPLY_WAIT: Final = timedelta(minutes=2)
"""How long what was written in our name waits for the word that it is a reply of ours: Meta shows a comment back before
the send has its answer (60 s at most), and the word of it comes through Kafka."""

OWN_RECEIPT_WAIT: Final = timedelta(hours=6)
"""The same for a comment that names its complaint's ticket, as our receipts do and officers hardly ever: as long as a
broker may be away, for a receipt of ours that passes for an answer ends the complaint."""

PARTS_WAIT: Final = timedelta(minutes=10)
"""How long the pieces of a long SMS wait for each other; then what came goes on, marked."""
