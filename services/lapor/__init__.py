"""The mirror: what SP4N-LAPOR! must hold too, told once, and its status read back."""
