"""The officers' page for LAPOR!: static files, no framework, no build; the API has all that it shows."""
