"""Stand-ins for the world outside: strict servers that speak a provider's words. No service imports them."""
