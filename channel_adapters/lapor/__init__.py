"""The channel for complaints that citizens filed at SP4N-LAPOR! and that LAPOR! gave to the province."""
