"""Who wrote, as the vault knows them."""
