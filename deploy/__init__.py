"""How it is run: images, the local stack, the demonstration, and the operator's command line."""
