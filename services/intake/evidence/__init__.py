"""Evidence of a follow-up: photos and documents that officers add to a complaint."""
