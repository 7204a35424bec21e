"""A play whose lines come from a pipe: the whole of it, with the bot as a process."""

import os
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from playground.keeping import alone
from playground.play import PlayOptions, play

LINES = """\
/story open title:"The Lantern" premise:"A storm keeps three strangers in an inn overnight."
/cast add name:Mirjam
/cast claim name:Mirjam
Who *goes* there?\\n\\nSpeak!
/as Bo
((shall I?))
/cast add Tom
/cast claim Tom
/scene say text:no
click A
/sing
/scene rhyme text:no
/canon
click
say click
fill it in
delete 1
edit 3 no
menu dance 3
react none 3
/help
/as Zoe
/in nowhere
/people
/story show
"""


@pytest.fixture
def piped(monkeypatch):
    def pipe(text: str) -> None:
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        monkeypatch.setattr(sys, "stdin", os.fdopen(reading))

    yield pipe
    sys.stdin.close()


def a_folder_with_an_earlier_play(folder: Path) -> Path:
    folder.mkdir()
    (folder / "troupe.db").write_text("the last play")
    (folder / "troupe.db-wal").write_text("and its end")
    (folder / "troupe.db-shm").write_text("an index of that")
    (folder / "previous.db-shm").write_text("older")
    return folder


@pytest.fixture
def _hasty(monkeypatch):
    # Nobody reads here, and most lines ask the bot for nothing.
    monkeypatch.setattr("playground.terminal.play.BETWEEN_SECONDS", 0.4)
    monkeypatch.setattr("playground.terminal.patience.PATIENCE_SECONDS", 1)
    monkeypatch.setattr("playground.terminal.patience.TAKEN_SECONDS", 1)


@pytest.mark.usefixtures("_hasty")
async def test_a_play_from_a_pipe_ends_with_it(tmp_path, piped, capsys):
    data = a_folder_with_an_earlier_play(tmp_path / "play")
    piped(LINES)
    settings = Settings(_env_file=None, anthropic_api_key="", troupe_countdown_seconds=0)
    assert await play(settings, PlayOptions(data, terminal=True)) == 0
    shown = capsys.readouterr().out
    assert "Anna plays Mirjam from now on" in shown
    assert "  Mirjam\n" in shown
    assert "Who goes there?" in shown
    assert "((shall I?))" in shown
    assert "only you can see this" in shown
    assert "No message here has a button" in shown
    assert "There is no /sing" in shown
    assert "There is no /scene rhyme. There is: /scene continue" in shown
    assert "There is nobody ‘Zoe’, only Anna, Bo, Cy" in shown
    assert "Anna #the-lantern › /cast claim name:Mirjam" in shown
    assert "/canon needs one of: add" in shown
    assert "Click what?" in shown
    assert "No form is open. Press its button first: click Edit." in shown
    assert "That message is the bot's" in shown
    assert "There is no menu ‘dance’, only" in shown
    assert "That is no emoji." in shown
    assert "really say such a word" in shown
    assert "DISCORD_TOKEN=local." in shown
    assert "403" not in shown
    assert "3 turns" in shown
    assert (data / "previous.db").read_text() == "the last play"
    assert (data / "previous.db-wal").read_text() == "and its end"
    assert not (data / "previous.db-shm").exists()
    assert not (data / "troupe.db-wal").exists()


async def test_a_second_play_leaves_the_first_ones_folder_alone(tmp_path, capsys):
    data = a_folder_with_an_earlier_play(tmp_path / "play")
    with alone(data):
        assert await play(Settings(_env_file=None), PlayOptions(data)) == 1
    assert capsys.readouterr().err == (
        f"Another play uses {data}. End it, or name another folder: troupe play --data FOLDER.\n"
    )
    assert (data / "troupe.db").read_text() == "the last play"


README = Path(__file__).parents[3] / "README.md"


async def test_the_first_evening_of_the_readme_ends_with_the_winner(
    tmp_path, piped, capsys, monkeypatch
):
    _, _, after = README.read_text().partition("A first evening:\n\n```\n")
    block, _, _ = after.partition("```")
    assert block.endswith("click A\n")
    monkeypatch.setattr("playground.terminal.play.BETWEEN_SECONDS", 0.4)
    # An act that waits until there is a winner.
    piped(f'{block}menu "Who wrote this?" 8\n')
    settings = Settings(_env_file=None, anthropic_api_key="", troupe_countdown_seconds=2)
    assert await play(settings, PlayOptions(tmp_path / "play", terminal=True)) == 0
    shown = capsys.readouterr().out
    said, asked = shown.index("  4  Mira\n"), shown.index("How does it go on?")
    assert said < asked < shown.index("How it went on")
    assert "Waiting for a button ‘A’" in shown
    assert "There is no" not in shown


FORKING = """\
/story open title:"The Lantern" premise:"A storm keeps three strangers in an inn overnight."
/cast add name:Mirjam
/cast claim name:Mirjam
Who goes there?
/scene fork title:"The other *way*"
/people
/in the other *way*
I am here now.
/story show
"""


async def test_a_play_leads_into_the_threads_that_it_opens(tmp_path, piped, capsys):
    piped(FORKING)
    settings = Settings(_env_file=None, anthropic_api_key="", troupe_countdown_seconds=0)
    assert await play(settings, PlayOptions(tmp_path / "play", terminal=True)) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "after a passage of Mirjam: #The other *way*" in shown
    assert "Anna forked the story in #the-lantern · message 4 It goes another way" in shown
    assert "#the-lantern, #empty-stage, #The other *way*" in shown
    assert "Anna #The other *way* › I am here now." in shown
    assert "main (#the-lantern), The other *way* (#The other *way*, this one)" in shown
