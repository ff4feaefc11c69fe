"""What officers chose: remembered, measured against what was decided, and learned from."""
