"""The only room that knows Anthropic."""
