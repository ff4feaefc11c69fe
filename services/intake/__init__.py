"""Stop 4, accept: takes every message once, into a complaint or with the reason why not."""
