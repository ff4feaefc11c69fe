"""What the app sends: the forms that it shares with the web page."""

from channel_adapters._form.payloads import ComplaintForm, MessageForm

__all__ = ["ComplaintForm", "MessageForm"]
