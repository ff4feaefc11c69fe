"""Regencies: what each region's government may know of the complaints that concern it, on a topic of its own."""
