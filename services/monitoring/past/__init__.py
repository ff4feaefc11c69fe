"""A past: complaints from before this house, read from a CSV file and counted, and nothing else done with them."""
