"""Who may know who a reporter is, and the log of every look at an identity or a sealed case."""
