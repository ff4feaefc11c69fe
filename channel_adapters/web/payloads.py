"""What the page sends: the form of the app, and two fields that give programs away."""

from typing import Annotated

from pydantic import Field, StringConstraints

from channel_adapters._form.payloads import ComplaintForm

SIGNS = ("website", "seconds_to_fill")
"""Fields that say nothing of the complaint: they may differ when it is sent again."""


class WebForm(ComplaintForm):
    """A complaint from the web page."""

    website: Annotated[str, StringConstraints(max_length=500)] = ""
    """Hidden from people: a program that fills in everything fills this in too. Must stay empty."""
    seconds_to_fill: Annotated[float, Field(ge=0)]
    """Seconds between the page's being shown and its being sent."""
