"""How long each step took, in hours and in working days."""
