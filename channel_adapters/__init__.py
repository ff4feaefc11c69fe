"""The translators: one folder is one channel, found by discovery."""
