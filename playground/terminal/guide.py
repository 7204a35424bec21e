"""What the terminal tells about itself: how it is used, and why something was not done."""

from rich.table import Table
from rich.text import Text

from playground.server import ApiError, Message, Person

USES = {
    "click": "Click what? click A · click 2 · click Steer 7 (on message 7)",
    "fill": 'Fill in what? fill your words · fill name:"…" in a form with several fields',
    "menu": 'Which menu, on which message? menu "Take back" 7',
    "react": "React how, to which message? react ❌ 7",
    "reply": "Reply to what? reply 7 your words",
    "edit": "Edit what? edit 7 the new words",
    "delete": "Delete what? delete 7",
    "choose": "Nothing is chosen from a list here; buttons are pressed: click A",
    "say": "Say what? Just type it; say click says a word that would do something.",
    "help": "/help tells what can be done here.",
    "quit": "/quit leaves.",
}
"""How words are used that are not spoken."""

_HELP = (
    ("any words", "say them; \\n in them is a line break"),
    ("/as Bo", "be somebody else"),
    ("/in empty-stage", "go to another channel, or to a thread by its name"),
    ('/story open title:"…"', "any slash command of the bot; Tab completes them"),
    ("click A · click 2", "press a button, by its words or its number"),
    ("click Steer 7", "press a button of message 7"),
    ("click Accept 2", "press the second of several that are called so"),
    ("fill your words", "fill in the form that the bot showed, and send it"),
    ('fill name:"…"', "the same, for forms with several fields"),
    ('menu "Take back" 7', "what one does with a message, by its number"),
    ("react ❌ 7", "put a reaction under a message"),
    ("reply 7 …", "answer a message"),
    ("edit 7 · delete 7", "change or delete what one typed"),
    ("say click", "really say such a word"),
    ("/look · /look 50", "what stands here, or more of it"),
    ("/people", "who is here"),
    ("/restart", "kill the bot and start it again"),
    ("/quit", "leave (or Ctrl-D)"),
)

_PLAINLY = {
    10008: "That message is gone, or one person alone sees it; nothing can be done to it.",
    10014: "That is no emoji.",
    30010: "There are too many reactions under that message.",
    50005: "That message is somebody else's.",
    50006: "There is nothing in that to send.",
    50013: "That is not allowed here.",
    50035: "That is not taken: it is empty or too long.",
}


def help_table() -> Table:
    """All that can be done, with explanations that stay in their column."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="cyan")
    table.add_column()
    for typed, told in _HELP:
        table.add_row(Text(typed), Text(told))
    return table


def plainly(error: ApiError) -> str:
    """A refusal of Discord's in a sentence."""
    return _PLAINLY.get(error.code, f"That is not possible: {error.message}.")


def not_ones_own(me: Person, message: Message, number: int, emoji: str) -> str:
    """Why somebody cannot edit or delete a message, or nothing if it is theirs.

    Args:
        me: who tries.
        message: which.
        number: its number on the screen.
        emoji: the reaction by which one asks the bot for the same.
    """
    if message.author is me.user or message.seen_by == me.id:
        return ""
    if message.author.webhook:
        return (
            f"That message is the bot's; use {emoji} on your own passages: react {emoji} {number}"
        )
    if message.author.bot:
        return f"That message is the bot's; {emoji} is for your own passages."
    return f"That message is {message.author_name}'s."
