"""Stop 7, work: assign, take, answer, close; the only writer of a complaint's state."""
