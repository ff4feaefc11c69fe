"""Ours and LAPOR!'s, side by side: complaints (`sides`), and ids (`masters`). Comparing is pure; `reading` reads."""
