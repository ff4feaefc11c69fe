"""Attachments: what came with a message is fetched, looked at, freed of hidden places, kept, and shown to few."""
