"""Measures the real bot, as a process of its own, on the local Discord: ``make bench``."""
