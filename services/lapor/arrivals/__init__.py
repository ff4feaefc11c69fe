"""Complaints that citizens filed at LAPOR! itself."""
