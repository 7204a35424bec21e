"""Durable buttons, modals, cards, and the stage on which posts appear."""
