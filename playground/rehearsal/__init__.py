"""Rehearsals: simulated writers perform a script through the real bot, over the wire."""
