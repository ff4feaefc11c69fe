"""What becomes of a case's complaint at SP4N-LAPOR!, and what that does here."""
