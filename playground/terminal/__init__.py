"""A terminal on the local Discord: see a channel live, and act in it as several people."""
