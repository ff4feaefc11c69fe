"""What LAPOR! shows: a complaint's status, what institutions wrote, and its list."""
