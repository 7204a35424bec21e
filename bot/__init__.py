"""Troupe: what a story is, what one may do, and who wires it together."""
