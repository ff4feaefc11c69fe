"""In which of their complaints it is a citizen's turn to speak: an officer asked, or it was answered."""
