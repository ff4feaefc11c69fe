"""What is known of every request: kept, parked, run again, forgotten in time; and what was missed comes back."""
