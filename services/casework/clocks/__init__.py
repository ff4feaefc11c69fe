"""The clocks of a case: their limits as dated data, and when each is due."""
