"""The channel for the mobile app: our own HTTP API."""
