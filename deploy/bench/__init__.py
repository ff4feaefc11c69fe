"""Figures: what the house does on this machine, beside what the same machine does without us."""
