"""What officers do at the mirror: type in by hand, look before it goes, settle doubts, enter what arrived there."""
