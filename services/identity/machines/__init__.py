"""Machines: accounts with a service token instead of a password."""
