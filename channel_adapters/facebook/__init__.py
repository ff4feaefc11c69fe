"""The channel for Facebook: Messenger messages and comments on our Pages."""
