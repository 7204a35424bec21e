"""SIGKILL over forks, links, proposed facts and offers: nothing doubled, nothing stranded."""

import asyncio
import json
import sqlite3  # noqa: TID251 - somebody else, who bars the bot from writing

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from playground.claude.faults import Hang, Verbatim
from storage import engines
from tests.kill.kit import BOTH, cast, kept_alive, script

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWER = r"^/interactions/\d+/:token/callback$"
THREADS = r"^/channels/\d+/threads$"
PLAIN = r"^/channels/\d+/messages$"
REDRAWN = r"^/channels/\d+/messages/\d+$"
TALK = (("Ada", "The well is dry."), ("Ben", "Then we leave."))
FACT = "There is no water in the well"
TITLE = "The dry well"
HERE = "story_id = (SELECT story_id FROM channels WHERE channel_id = :id)"
FACTS = f"SELECT text, state FROM facts WHERE {HERE}"  # noqa: S608 - our own words
CALLS = f"SELECT state, outcome FROM calls WHERE {HERE}"  # noqa: S608
CLAIMS = (
    "SELECT writer_id, count(*) FROM claims WHERE released_at IS NULL AND "  # noqa: S608
    f"{HERE} GROUP BY writer_id"
)


async def opened(house):
    """A story of two passages."""
    performance = cast(house, script(*TALK), 2)
    await performance.perform()
    return performance


async def rows(url, query, **values):
    engine = create_async_engine(engines.parse(url))
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]
    finally:
        await engine.dispose()


async def idle(url):
    """Wait until nothing is left to do."""
    async with asyncio.timeout(20):
        while await rows(url, "SELECT kind FROM tasks"):  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.05)


def texts(channel):
    return [message.text for message in channel.messages]


# --- forks ---------------------------------------------------------------------------------------


def into_the_answer(knife):
    knife.on_arrival("POST", ANSWER)


def before_the_thread(knife):
    knife.on_arrival("POST", THREADS)


def after_the_thread(knife):
    knife.on_done("POST", THREADS)


def before_a_card(knife):
    knife.on_arrival("POST", PLAIN)


def after_a_card(knife):
    knife.on_done("POST", PLAIN)


def after_card_and_note(knife):
    knife.on_done("POST", PLAIN, 2)


async def forked_once(house, performance, url):
    """One thread with one card, one note about it, and it is played."""
    local, inn = house.local, performance.channel

    def threads():
        return [thread for thread in inn.guild.threads.values() if thread.name == TITLE]

    def links():
        return [told for told in texts(inn) if f"<#{threads()[0].id}>" in told]

    await local.until(lambda: threads() and threads()[0].messages and links(), 20, "the fork")
    (thread,) = threads()
    ben = performance.players["ben"]
    await ben.say(thread, "I stay.")
    await local.until(lambda: "I stay." in [m.content for m in thread.messages if m.webhook_id], 20)
    await idle(url)
    assert len(threads()) == 1
    assert len(links()) == 1
    assert [m.author.webhook for m in thread.messages] == [False, True]
    states = "SELECT state FROM forks WHERE source_channel_id = :id"
    assert await rows(url, states, id=inn.id) == [("open",)]


FORKED = (into_the_answer, before_the_thread, before_a_card, after_a_card, after_card_and_note)


@pytest.mark.parametrize("where", FORKED)
async def test_a_fork(house, knife, url, where):
    await _a_fork(house, knife, url, where)


@BOTH
async def test_a_fork_whose_thread_stands_and_plays_nothing_yet(house, knife, url):
    await _a_fork(house, knife, url, after_the_thread)


async def _a_fork(house, knife, url, where):
    performance = await opened(house)
    where(knife)
    ben = performance.players["ben"]
    async with kept_alive(house):
        await performance.patience.once(
            lambda: ben.slash(performance.channel, "scene fork", title=TITLE)
        )
        await forked_once(house, performance, url)
    assert knife.cuts == 1


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [into_the_answer, before_a_card, after_a_card])
async def test_a_link(house, knife, url, where):
    performance = await opened(house)
    inn, local = performance.channel, house.local
    cellar = inn.guild.add_channel("the-cellar")
    where(knife)
    async with kept_alive(house):
        await performance.patience.once(
            lambda: performance.opener.slash(inn, "story link", channel=cellar)
        )
        await local.until(lambda: cellar.messages, 20, "the card")
        again = await performance.patience.command(
            performance.opener, inn, "story link", channel=cellar
        )
        assert "belongs to this story already" in again.message.text
        await idle(url)
    assert knife.cuts == 1
    assert len(cellar.messages) == 1
    assert "the-cellar" in cellar.messages[0].text


# --- proposed facts ------------------------------------------------------------------------------


def facts():
    row = {"turn": 1, "quote": "The well is dry.", "fact": FACT, "about": "the well"}
    return Verbatim(json.dumps({"facts": [row]}))


def writing(knife):
    """Killed while the model writes."""
    asked = []

    def fault(_body):
        if asked:
            return facts()
        asked.append(True)
        knife.cuts += 1
        knife.house.bot.kill()
        return Hang()

    knife.house.claude.choose_fault = fault


def redrawing(knife):
    knife.house.claude.choose_fault = lambda _body: facts()
    knife.on_arrival("PATCH", REDRAWN)


def redrawn(knife):
    knife.house.claude.choose_fault = lambda _body: facts()
    knife.on_done("PATCH", REDRAWN)


def carded(knife):
    knife.house.claude.choose_fault = lambda _body: facts()
    knife.on_done("POST", PLAIN)


def asking(knife):
    knife.house.claude.choose_fault = lambda _body: facts()
    knife.on_arrival("POST", ANSWER)


async def asked_for_facts(performance):
    await performance.patience.once(
        lambda: performance.opener.slash(performance.channel, "canon propose")
    )


async def proposed_once(house, performance, url, paid=None):
    """One card; after an interruption people ask again, and the fact is proposed once."""
    inn, local = performance.channel, house.local

    def cards(*words):
        return [m for m in inn.messages if any(word in m.text for word in words)]

    ended = await local.until(lambda: cards(FACT, "I was interrupted"), 20, "what came of it")
    interrupted = FACT not in ended[0].text
    if interrupted:
        again = await performance.patience.ask(
            lambda: performance.opener.click(ended[0], "Ask again")
        )
        assert "Reading the last" in again.message.text
        await local.until(lambda: cards(FACT), 20, "the fact")
    await idle(url)
    assert len(cards(FACT)) == 1
    assert len(cards(FACT, "I was interrupted", "The model reads")) == 1 + interrupted
    assert await rows(url, FACTS, id=inn.id) == [(FACT, "proposed")]
    calls = await rows(url, CALLS, id=inn.id)
    lost = [("failed", "abandoned")] * interrupted
    assert sorted(calls) == sorted([*lost, ("done", "")])
    if paid is not None:
        assert interrupted is not paid


@pytest.mark.parametrize("where", [asking, carded, writing, redrawing, redrawn])
async def test_proposed_facts(house, knife, url, where):
    performance = await opened(house)
    where(knife)
    async with kept_alive(house):
        await asked_for_facts(performance)
        await proposed_once(house, performance, url)
    assert knife.cuts == 1


def barred(url):
    """Take the right to write, so that nothing is kept; what is returned gives it back."""
    if url.startswith("sqlite"):
        held = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
    else:
        held = psycopg.connect(url)
        held.execute(f"SELECT pg_advisory_xact_lock({engines.WRITE_LOCK})")
    return held.close


@BOTH
async def test_what_the_model_answered_and_nobody_kept(house, knife, url):
    """Paid and lost: booked, said on the card, and not asked again by itself."""
    performance = await opened(house)
    claude, bars = house.claude, []

    def fault(_body):
        if not bars:
            bars.append(barred(url))
        return facts()

    def answers():
        return sum(usage["answers"] for usage in claude.usage.values())

    before = answers()
    claude.choose_fault = fault
    async with kept_alive(house):
        await asked_for_facts(performance)
        async with asyncio.timeout(20):
            while answers() == before:  # noqa: ASYNC110 - nobody wakes us up
                await asyncio.sleep(0.01)
        await knife.cut("the model answered")
        bars[0]()
        await proposed_once(house, performance, url, paid=False)
    assert answers() == before + 2


# --- offers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("done", [True, False])
async def test_an_offer_that_is_accepted(house, knife, url, done):
    performance = await opened(house)
    inn, local = performance.channel, house.local
    ada, ben = performance.players["ada"], performance.players["ben"]
    answer = await performance.patience.command(ben, inn, "cast handover", name="Ben", member=ada)
    offer = answer.message
    if done:
        knife.on_done("POST", ANSWER)
    else:
        knife.on_arrival("POST", ANSWER)
    async with kept_alive(house):
        await performance.patience.once(lambda: ada.click(offer, "Accept"))
        if offer.buttons:
            # Not answered, but done: pressed again it says so.
            await local.until(lambda: local.ready, 60)
            await performance.patience.once(lambda: ada.click(offer, "Accept"))
        await local.until(lambda: not offer.buttons, 20, "the offer to be over")
        await ada.say(inn, "Ben: Now I say it.")
        await local.until(lambda: inn.messages[-1].content == "Now I say it.", 20)
        await idle(url)
    assert knife.cuts == 1
    assert inn.messages[-1].author_name == "Ben"
    assert await rows(url, CLAIMS, id=inn.id) == [(ada.id, 2)]
