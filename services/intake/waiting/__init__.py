"""What waits in the database for something else to come: pieces of a message, words, edits, the provider's answer."""
