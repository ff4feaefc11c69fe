"""LAPOR!'s own lists of ids, kept to compare our mappings with."""
