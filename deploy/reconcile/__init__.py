"""Compares what came in with what was stored, published and worked on, and names every gap."""
