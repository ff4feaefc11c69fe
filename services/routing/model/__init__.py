"""The trained model: learns from this house's own complaints; ships empty, and without one the rules decide alone."""

FEWEST_TEXTS = 200
"""Fewer different texts teach nothing."""
