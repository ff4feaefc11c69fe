"""Complaints that may be about the same thing: found behind the decision, suggested to officers, never joined here."""
