"""The history of the tables, one file per step in ``versions``."""

KNOWN = ("0001", "0002")
"""Revisions in order. Kept here too, so that opening a database need not load Alembic."""

HEAD = KNOWN[-1]
"""The revision of this version's tables."""
