"""Stop 9, tell: acknowledgements and answers go back on the citizen's own channel, never twice."""
