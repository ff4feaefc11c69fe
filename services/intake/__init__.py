"""Stop 4, accept: makes exactly one complaint of every message, whatever channel it came through."""
