"""A local server that speaks the Messages API, with an offline narrator behind it."""
