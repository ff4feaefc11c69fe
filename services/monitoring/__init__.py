"""Monitoring: how many complaints were followed up, how fast, and how well they were answered."""
