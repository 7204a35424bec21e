import pytest

from playground.terminal.looks import clean, one_line, styled


@pytest.mark.parametrize(
    "harmful",
    ["\x1b[2J", "\x07", "\x9b31m", "a\rb", "\u202egnp.exe", "\u200bhidden", "\x00", "\ud800"],
)
def test_nothing_in_a_message_steers_the_terminal(harmful):
    shown = styled(f"before {harmful} after").plain + one_line(harmful)
    assert all(c.isprintable() for c in shown)


def test_line_breaks_and_joined_emoji_stay():
    assert clean("a\n\nb 👩‍🚀 🪿") == "a\n\nb 👩‍🚀 🪿"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("**bold** and *soft*", "bold and soft"),
        (r"\*not soft\*", "*not soft*"),
        ("[bold red]no markup[/]", "[bold red]no markup[/]"),
        ("> quoted\n-# small\n### head", "▎ quoted\nsmall\nhead"),
        ("decided <t:1000:R>", "decided in 15 s"),
        ("`code` ~~gone~~", "code gone"),
        ("```\n*as it is*\n```", "```\n*as it is*\n```"),
        ("2 * 3 * 4 and snake_case", "2 * 3 * 4 and snake_case"),
    ],
)
def test_discords_markdown_is_shown(written, plain):
    assert styled(written, clock=lambda: 985.0).plain == plain


def test_markdown_becomes_style():
    text = styled("**bold**")
    assert any("bold" in str(span.style) for span in text.spans)
