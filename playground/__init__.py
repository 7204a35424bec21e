"""A local Discord and a local model service, to play and to test without accounts."""
