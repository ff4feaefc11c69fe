"""Which agency a complaint is for, and why."""
