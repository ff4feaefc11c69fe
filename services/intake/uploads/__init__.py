"""Resumable uploads (tus 1.0.0): photos, recordings and files that reach us in pieces, before their words."""
