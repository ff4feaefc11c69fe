"""What Facebook and Instagram share: Meta's signature, handshake, envelope and messaging events. Not a channel."""
