"""The servers and the stack for one machine without Docker."""
