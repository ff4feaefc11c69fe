"""What providers say of our replies: passed on to whoever sent them, whichever of the two is told first."""
