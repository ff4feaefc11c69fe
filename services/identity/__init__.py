"""Officers' accounts, and the only place where a token is signed."""
