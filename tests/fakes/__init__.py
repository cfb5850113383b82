"""Working stand-ins with a script, for what would need a network or another process."""
