"""What shows a follow-up; the contents are intake's."""
