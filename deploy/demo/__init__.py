"""The demonstration: real-shaped provider calls through the real doors, and a ledger that must balance."""
