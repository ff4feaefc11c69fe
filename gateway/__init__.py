"""The door: one FastAPI application around the HTTP parts of services. It decides nothing and owns no table."""
