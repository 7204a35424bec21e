import pytest

from playground.terminal.keyboard import Editor

LEFT, RIGHT, UP, DOWN = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"


def typed(editor, keys):
    return list(editor.feed(keys))


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("hello\r", "hello"),
        ("helo" + LEFT + "l\r", "hello"),
        ("hellooo\x7f\x7f\r", "hello"),
        ("one two\x17three\r", "one three"),
        ("gone\x15hello\r", "hello"),
        ("ello\x01h\x05!\r", "hello!"),
        ("\x1b[200~two\rlines\x1b[201~\r", "two\nlines"),
        ("é🪿\r", "é🪿"),
        ("a\x1b[15~b\x00\r", "ab"),
    ],
)
def test_lines_are_edited(keys, line):
    assert typed(Editor(), keys) == [line]


@pytest.mark.parametrize(
    ("pasted", "lines"),
    [
        ("/cast add Mira\r/cast claim Mira\rWho?\r\rclick A\r", 4),
        ("Who?\r/scene continue", 2),
        ("He said:\r\rand/or // not", 1),
    ],
)
def test_a_pasted_block_with_commands_is_carried_out_line_by_line(pasted, lines):
    assert len(typed(Editor(), f"\x1b[200~{pasted}\x1b[201~\r")) == lines


def test_lines_typed_before_come_back():
    editor = Editor()
    typed(editor, "one\rtwo\r")
    typed(editor, UP + UP)
    assert editor.text == "one"
    typed(editor, DOWN + DOWN)
    assert not editor.text


def test_tab_goes_on_as_far_as_all_ways_agree():
    editor = Editor(
        lambda head: [w for w in ("/story open ", "/story show ") if w.startswith(head)]
    )
    typed(editor, "/st\t")
    assert editor.text == "/story "
    typed(editor, "\t")
    assert editor.offers == ["/story open ", "/story show "]


def test_ctrl_d_on_an_empty_line_ends():
    with pytest.raises(EOFError):
        typed(Editor(), "\x04")
    editor = Editor()
    assert typed(editor, "a\x04\r") == ["a"]


def test_ctrl_c_takes_a_line_back_and_ends_on_an_empty_one():
    editor = Editor()
    assert typed(editor, "half a\x03whole\r") == ["whole"]
    with pytest.raises(EOFError):
        typed(editor, "\x03")
