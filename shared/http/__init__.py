"""HTTP in and out: bodies with a limit, limits per address, and the only door to httpx."""
