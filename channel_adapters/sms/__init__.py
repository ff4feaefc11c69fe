"""The channel for text messages, one file for each kind of gateway (Kannel today)."""
