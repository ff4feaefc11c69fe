"""The officers' queue: which cases, in which order, page by page."""
