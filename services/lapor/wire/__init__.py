"""LAPOR! itself: what is asked of it, how, and what it answers."""
