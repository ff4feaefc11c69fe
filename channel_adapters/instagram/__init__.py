"""The channel for Instagram: direct messages and comments on our accounts."""
