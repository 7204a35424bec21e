"""Text, embeds and files as the page draws them."""

import io
import wave

import playwright.async_api as driver
import pytest
from axe_playwright_python.async_playwright import Axe

from playground.page.embeds import embed_json
from playground.page.pictures import size
from playground.server import Channel, LocalDiscord, Message, Person
from playground.server.nouns import Upload
from playground.server.posting import Draft, post
from playground.server.shapes import Json
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import HOSTILE, picture
from tests.playground.page.test_markdown import Somebody

FOREIGN = "https://elsewhere.example/x.png"
SCRIPT = "javascript:alert(1)"
WORD = "W" * 300
ZALGO = "Z" + "a\u0300\u0301\u0302\u0303\u0304\u0305" * 9


def sound() -> bytes:
    """A tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8000)
        out.writeframes(bytes([128]) * 800)
    return file.getvalue()


def show(local: LocalDiscord, channel: Channel, *embeds: Json, **files: bytes) -> Message:
    """Have the bot post embeds and pictures, which they name `attachment://name.png`."""
    uploads = {n: Upload(f"{k}.png", v, "image/png") for n, (k, v) in enumerate(files.items())}
    return post(local.world, channel, Draft(local.world.bot, {"embeds": [*embeds]}, uploads))


def drawn(window: driver.Page, message: Message) -> driver.Locator:
    return window.locator(f'[data-id="{message.id}"]')


async def test_text_is_drawn_as_on_discord(
    opened: Open, local: LocalDiscord, inn: Channel, anna: Person, bo: Person
) -> None:
    assert inn.guild
    cellar = inn.guild.add_channel("the-cellar")
    there = await bo.say(cellar, "Here it is.")
    now = int(local.world.now())
    text = await bo.say(
        inn,
        f"# Big\n**b** *i* __u__ ~~s~~ `c` <t:{now - 5}:R> ||hidden [x](https://a.example)||\n"
        "> quoted\n-# small\n3. three\n```py\nx = 1\n```\n[label](https://b.example 'title')",
    )
    names = await bo.say(inn, f"<@{anna.id}> <@{bo.id}> <#{cellar.id}> {there.jump_url} <@9>")
    command = await bo.say(inn, "</story open:12> 👍")
    emoji = await bo.say(inn, "👍 🎭")
    hostile = await bo.say(inn, f"{HOSTILE} [x]({SCRIPT}) <{SCRIPT}>")
    wide = await bo.say(inn, f"{WORD}\nשלום\n{ZALGO}")
    window = await opened()
    said = drawn(window, text)
    await see_marks(said)
    await see_time_go_by(said)
    await uncover(said)
    await copy(window, said)
    # Whoever reads is told apart.
    mentions = drawn(window, names).locator(".mention")
    assert await mentions.all_text_contents() == [
        "@Anna",
        "@Bo",
        "#the-cellar",
        "#the-cellar › 💬",
        "@unknown-user",
    ]
    assert await drawn(window, names).locator(".mention-mine").all_text_contents() == ["@Anna"]
    assert await drawn(window, emoji).locator(".rich-jumbo").text_content() == "👍 🎭"
    assert await drawn(window, command).locator(".rich-jumbo").count() == 0
    await see_text_only(drawn(window, hostile))
    # Long words break, and what piles up stays within its box.
    box = drawn(window, wide).locator(".rich")
    assert await box.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert await box.evaluate("one => getComputedStyle(one).overflow") == "clip"
    await check(window)
    # Mentions lead on.
    await drawn(window, command).get_by_role("button", name="/story open").click()
    await driver.expect(window.get_by_label("Message", exact=True)).to_have_value("/story open ")
    await drawn(window, names).get_by_role("link", name="Message in the-cellar").press("Enter")
    await driver.expect(drawn(window, there)).to_be_visible()


async def see_text_only(said: driver.Locator) -> None:
    """What is hostile stays text."""
    text = await said.text_content() or ""
    assert HOSTILE.replace("**", "") in text
    assert text.count(SCRIPT) == 2
    assert not await said.locator("article :is(img, a)").count()


async def see_marks(said: driver.Locator) -> None:
    tags = ("h3", "strong", "em", "u", "s", ".rich-code", ".rich-quote", ".rich-small")
    shown = [await said.locator(tag).first.text_content() for tag in tags]
    assert shown == ["Big", "b", "i", "u", "s", "c", "quoted", "small"]
    assert await said.locator("ol").get_attribute("start") == "3"
    link = said.get_by_role("link", name="label")
    told = [await link.get_attribute(name) for name in ("href", "target", "rel", "title")]
    assert told == ["https://b.example/", "_blank", "noopener noreferrer", "title"]


async def see_time_go_by(said: driver.Locator) -> None:
    ago = said.locator(".rich-time")
    before = await ago.text_content() or ""
    await driver.expect(ago).not_to_have_text(before)


async def uncover(said: driver.Locator) -> None:
    """A spoiler tells nothing until it is asked to, by keyboard, too."""
    link = said.get_by_role("link", name="x", exact=True)
    await driver.expect(said.get_by_text("hidden")).to_be_hidden()
    assert await link.count() == 0
    await said.get_by_role("button", name="Spoiler, press to show").press("Enter")
    await driver.expect(said.get_by_text("hidden")).to_be_visible()
    await driver.expect(link).to_be_visible()


async def copy(window: driver.Page, said: driver.Locator) -> None:
    await window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await said.get_by_role("button", name="Copy").click()
    await said.get_by_text("Copied").wait_for()
    assert await window.evaluate("navigator.clipboard.readText()") == "x = 1"


async def check(window: driver.Page) -> None:
    """Look for what a screen reader would stumble over, in both themes."""
    for theme in ("dark", "light"):
        await window.evaluate("name => { document.documentElement.dataset.theme = name; }", theme)
        found = await Axe().run(window, context=".messages")
        assert not found.response["violations"], found.generate_report()


RICH = {
    "title": HOSTILE,
    "url": "https://a.example",
    "description": "*soft*",
    "color": 0x3B7F8C,
    "author": {"name": HOSTILE, "url": SCRIPT, "icon_url": FOREIGN},
    "fields": [
        *({"name": f"**{one}**", "value": "1", "inline": True} for one in "abcd"),
        {"name": "whole", "value": "line"},
    ],
    "footer": {"text": HOSTILE, "icon_url": FOREIGN},
    "timestamp": "2024-05-06T07:08:09Z",
    "image": {"url": "attachment://map.png"},
}
BARE = {"title": "Foreign", "url": SCRIPT, "image": {"url": FOREIGN}}
FILES = [
    ("inn.png", picture(900, 500), "image/png"),
    ("SPOILER_murder.png", picture(), "image/png"),
    ("notes.md", b"# A line\n" * 5000, "text/markdown"),
    ("rain.wav", sound(), "audio/wav"),
    ("book.zip", b"x" * 2048, "application/zip"),
]


async def test_files_and_embeds_are_drawn_as_on_discord(
    opened: Open, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    files = await anna.say(inn, files=FILES)
    sticker = await anna.say(inn, stickers=[local.add_sticker("A wave")])
    embeds = show(local, inn, RICH, BARE, map=picture(400, 200))
    window = await opened()
    box = drawn(window, files)
    await see_pictures(box)
    await see_text(box)
    assert await box.locator("audio[controls]").get_attribute("aria-label") == "rain.wav"
    card = box.get_by_role("link", name="book.zip", exact=True)
    assert await card.get_attribute("download") == "book.zip"
    await driver.expect(box.get_by_text("2 KB", exact=True)).to_be_visible()
    await driver.expect(drawn(window, sticker).locator(".sticker")).to_have_text("🏷️Sticker: A wave")
    first, second = await drawn(window, embeds).locator(".embed").all()
    await see_embed(first)
    # Foreign pictures leave no hole; a file that an embed shows is not shown twice.
    assert await drawn(window, embeds).locator(".message-rich img").count() == 1
    assert await second.locator("a, img").count() == 0
    await check(window)
    await window.set_viewport_size({"width": 390, "height": 800})
    for one in (box, first):
        assert await one.evaluate("one => one.getBoundingClientRect().right <= innerWidth")


async def see_pictures(box: driver.Locator) -> None:
    """A veiled picture is not told of until it is asked for."""
    await driver.expect(box.get_by_alt_text("inn.png")).to_be_visible()
    veiled = box.get_by_role("img", name="SPOILER_murder.png")
    assert await veiled.count() == 0
    await box.get_by_role("button", name="Spoiler, press to show").press(" ")
    await driver.expect(veiled).to_be_visible()


async def see_text(box: driver.Locator) -> None:
    """A text file shows its beginning, and more if one likes."""
    text = box.get_by_label("Text of notes.md")
    await driver.expect(text).to_contain_text("# A line\n# A line", use_inner_text=True)
    folded = await text.evaluate("one => one.offsetHeight")
    await box.get_by_role("button", name="Expand").click()
    assert await text.evaluate("one => one.offsetHeight") > folded
    assert len(await text.inner_text()) == 20 * 1024
    assert await box.get_by_text("The first 20 KB").count() == 1


async def see_embed(embed: driver.Locator) -> None:
    assert await embed.locator(".embed-title a").get_attribute("href") == "https://a.example/"
    assert await embed.locator("em").text_content() == "soft"
    counts = [await row.locator(".embed-field").count() for row in await rows(embed)]
    assert counts == [3, 1, 1]
    colour = await embed.evaluate("one => getComputedStyle(one).borderLeftColor")
    assert colour == "rgb(59, 127, 140)"
    assert HOSTILE in (await embed.locator(".embed-author").text_content() or "")
    assert await embed.locator(".embed-author a").count() == 0


async def rows(embed: driver.Locator) -> list[driver.Locator]:
    return await embed.locator(".embed-row").all()


def test_an_embed_holds_addresses_of_the_web_and_pictures_of_ours() -> None:
    def address(url: str | None) -> str | None:
        return "/ours" if url == "local" else None

    told = embed_json(
        {
            "title": "# t [a](https://a.example)",
            "url": SCRIPT,
            "timestamp": "soon",
            "author": {"name": "n", "url": "https://a.example", "icon_url": FOREIGN},
            "thumbnail": {"url": "local"},
            "image": {"url": FOREIGN},
        },
        Somebody(),
        address,
    )
    assert told["title"][0] == "# t "
    assert told["title"][1]["t"] == "link"
    kept = {
        key: told[key] for key in ("url", "at", "author_url", "author_icon", "thumbnail", "image")
    }
    assert kept == {
        "url": None,
        "at": None,
        "author_url": "https://a.example",
        "author_icon": None,
        "thumbnail": "/ours",
        "image": None,
    }


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x05\x00\x07"
WEBP = b"RIFF\0\0\0\0WEBP"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (picture(7, 5), (7, 5)),
        (b"GIF89a\x07\x00\x05\x00", (7, 5)),
        (JPEG, (7, 5)),
        (WEBP + b"VP8 " + bytes(10) + b"\x07\x00\x05\x00", (7, 5)),
        (WEBP + b"VP8L" + bytes(5) + (6 | 4 << 14).to_bytes(4, "little"), (7, 5)),
        (WEBP + b"VP8X" + bytes(8) + b"\x06\x00\x00\x04\x00\x00", (7, 5)),
        (picture(7, 5)[:20], None),
        (b"\xff\xd8\xff\xe0", None),
        (b"\xff\xd8", None),
        (b"GIF89a\0\0\0\0", None),
        (b"text", None),
        (b"", None),
    ],
)
def test_a_pictures_size_is_told_from_its_beginning(
    data: bytes, told: tuple[int, int] | None
) -> None:
    assert size(data) == told
