"""Discord's Markdown as a tree, for the page and for the terminal.

Nothing is lost on the way: what is not markup stays text. Whatever is written, reading it takes
time in proportion to its length, and the tree is at most ``DEEPEST`` nodes deep.

Source: https://support.discord.com/hc/en-us/articles/210298617
"""

from playground.markdown.emoji import jumbo
from playground.markdown.reader import parse
from playground.markdown.tree import BLOCKS, DEEPEST, Names, Node, plain

__all__ = ["BLOCKS", "DEEPEST", "Names", "Node", "jumbo", "parse", "plain"]
