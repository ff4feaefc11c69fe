"""NTB's time, for what people read; everything stored or sent is UTC."""

from datetime import timedelta, timezone

WITA = timezone(timedelta(hours=8), "WITA")
"""Waktu Indonesia Tengah (Asia/Makassar): UTC+8 without daylight saving (Keppres 41/1987)."""
