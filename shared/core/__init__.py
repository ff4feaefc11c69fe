"""Small, dependency-light things that every part needs: ids, tickets, errors, settings, clean text."""
