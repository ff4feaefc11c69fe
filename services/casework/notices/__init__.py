"""Who is told of a step of the ladder, and when: one digest each morning by e-mail."""
