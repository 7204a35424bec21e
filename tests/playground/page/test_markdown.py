"""Discord's Markdown as a tree: what becomes what, and that nothing is lost or slow."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.markdown import DEEPEST, Node, jumbo, parse, plain
from playground.page.markdown import Names
from playground.server import LocalDiscord, May


class Somebody:
    """Knows user 1, role 2 and channel 3."""

    everyone = True

    def user(self, key: int) -> str | None:
        return "Anna" if key == 1 else None

    def role(self, key: int) -> str | None:
        return "keepers" if key == 2 else None

    def channel(self, key: int) -> str | None:
        return "the-inn" if key == 3 else None


def read(text: str) -> list[Node]:
    return parse(text, Somebody())


def brief(nodes: list[Node]) -> str:
    """Nodes on a line: ``bold(…)``, with what else they hold in front."""
    return "".join(one if isinstance(one, str) else _brief(one) for one in nodes)


def _brief(node: dict[str, object]) -> str:
    more = [f"{key}={value}" for key, value in node.items() if key not in ("t", "c")]
    content = brief(node["c"])  # type: ignore[arg-type]
    return f"{node['t']}({', '.join([*more, content] if content else more)})"


SPANS = [
    ("**b**", "bold(b)"),
    ("*i* _i_", "italic(i) italic(i)"),
    ("***both***", "italic(bold(both))"),
    ("__u__ ___ui___", "underline(u) italic(underline(ui))"),
    ("~~s~~", "strike(s)"),
    ("||hidden **b**||", "spoiler(hidden bold(b))"),
    ("**a\nb**", "bold(a\nb)"),
    ("**a *b* c**", "bold(a italic(b) c)"),
    ("**a\n# b**", "bold(a\n# b)"),
    # Where words and spaces end emphasis
    ("snake_case_name", "snake_case_name"),
    ("a foo_bar_ b", "a fooitalic(bar) b"),
    ("2 * 3 * 4", "2 * 3 * 4"),
    ("*a *", "*a *"),
    ("**a **", "bold(a )"),
    ("f*** it * x", "f*** it * x"),
    ("**** ____ ~~~~~ |||||", "**** ____ ~~~~~ |||||"),
    # Code
    ("`*a*`", "code(*a*)"),
    ("``a`b``", "code(a`b)"),
    ("`` `a` ``", "code(`a`)"),
    ("`open", "`open"),
    ("```js\nx = 1\n```", "pre(lang=js, x = 1)"),
    ("```one line```", "pre(lang=None, one line)"),
    ("```js\n```", "pre(lang=None, js)"),
    ("a ```**b**``` c", "a pre(lang=None, **b**) c"),
    ("```\nopen", "```\nopen"),
    ("```\n> a\n# b\n```\nc", "pre(lang=None, > a\n# b)c"),
    # What stands for itself
    (r"\*a\* \_ \\ \a", r"*a* _ \ \a"),
    (r"¯\_(ツ)_/¯", r"¯\_(ツ)_/¯"),
    ("\\", "\\"),
    ("", ""),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
]

BLOCKS = [
    ("# a\nb", "heading(level=1, a)b"),
    ("b\n## **a**", "b\nheading(level=2, bold(a))"),
    ("### a", "heading(level=3, a)"),
    ("#### a", "#### a"),
    ("#a # b", "#a # b"),
    ("-# small *a*", "small(small italic(a))"),
    ("> a\n> b\nc", "quote(a\nb)c"),
    ("> # a\n> - b", "quote(heading(level=1, a)list(start=None, item(b)))"),
    ("a\n>>> b\n\nc", "a\nquote(b\n\nc)"),
    ("> > a", "quote(> a)"),
    (">a", ">a"),
    ("> ```\n> a\n> ```", "quote(pre(lang=None, a))"),
    ("- a\n- b", "list(start=None, item(a)item(b))"),
    ("* a\nb", "list(start=None, item(a))b"),
    ("3. a\n4. b", "list(start=3, item(a)item(b))"),
    ("- a\n  more\n - b\n- c", "list(start=None, item(a\nmorelist(start=None, item(b)))item(c))"),
    ("- a\n1. b", "list(start=None, item(a))list(start=1, item(b))"),
    ("- a\n\nb", "list(start=None, item(a))\nb"),
    ("- # a", "list(start=None, item(heading(level=1, a)))"),
    ("-a - b", "-a - b"),
    ("a\n\n\nb", "a\n\n\nb"),
]

JUMP = "https://discord.com/channels"
UNKNOWN = "name=unknown, known=False"

LINKS = [
    ("[l **b**](https://a.b)", "link(url=https://a.b, title=None, l bold(b))"),
    ('[l](<https://a.b/(> "t")', "link(url=https://a.b/(, title=t, l)"),
    ("[l](https://a.b/c_(d))", "link(url=https://a.b/c_(d), title=None, l)"),
    ("[[l]](http://a.b)", "link(url=http://a.b, title=None, [l])"),
    ("[l](javascript:alert(1))", "[l](javascript:alert(1))"),
    ("[l](data:text/html,x)", "[l](data:text/html,x)"),
    ("[ ](https://a.b)", "[ ](link(url=https://a.b, title=None, https://a.b))"),
    ("[https://good](https://bad)", "[https://good](https://bad)"),
    ("a https://a.b/c_d_, b", "a link(url=https://a.b/c_d_, title=None, https://a.b/c_d_), b"),
    ("(https://a.b/x)", "(link(url=https://a.b/x, title=None, https://a.b/x))"),
    ("<https://a.b>", "link(url=https://a.b, title=None, https://a.b)"),
    ("https:// http://", "https:// http://"),
    (f"{JUMP}/9/3/5", f"jump(url={JUMP}/9/3/5, channel=3, message=5, name=the-inn, known=True)"),
    (f"[a]({JUMP}/9/4)", f"jump(url={JUMP}/9/4, channel=4, message=None, {UNKNOWN}, a)"),
]  # fmt: skip

MENTIONS = [
    ("<@1> <@!1>", "user(id=1, name=Anna, known=True) user(id=1, name=Anna, known=True)"),
    ("<@7>", "user(id=7, name=unknown-user, known=False)"),
    ("<@&2>", "role(id=2, name=keepers, known=True)"),
    ("<#3>", "channel(id=3, name=the-inn, known=True)"),
    ("<#4>", "channel(id=4, name=unknown, known=False)"),
    ("@everyone @here", "everyone(name=@everyone) everyone(name=@here)"),
    ("</story open:12>", "command(id=12, name=story open)"),
    ("<:cat:12>", "emoji(id=12, name=cat, animated=False)"),
    ("<a:cat:12>", "emoji(id=12, name=cat, animated=True)"),
    ("<t:5> <t:-5:R>", "time(at=5, style=f) time(at=-5, style=R)"),
    *((f"<t:1:{style}>", f"time(at=1, style={style})") for style in "tTdDfFRsS"),
    ("<t:1:x> <t:9999999999999>", "<t:1:x> <t:9999999999999>"),
    ("**<@1>**", "bold(user(id=1, name=Anna, known=True))"),
    ("`<@1>`", "code(<@1>)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), [*SPANS, *BLOCKS, *LINKS, *MENTIONS])
def test_a_text_becomes_what_discord_shows(text: str, tree: str) -> None:
    assert brief(read(text)) == tree


def test_what_a_reader_sees_is_told_without_markup_or_secrets() -> None:
    text = "# Now\n**<@1>** in <#3>: ||no||\n- a\n- b\nhttps://discord.com/channels/9/3/5"
    assert plain(read(text)) == "Now\n@Anna in #the-inn: ▒▒▒\n• a\n• b\n#the-inn"


# --- nothing is lost, whatever is typed -----------------------------------------------------------

MARKUP = st.text(st.sampled_from("ab \n*_~|`>#-.1()[]\\\\"), max_size=120)
SIGNS = "** * _ __ || ~~ ` ``` # - \\ [ ](https://x.y) <@1> <t:1> https://x.y a ) > >>>"
LINES = ("> ", "# ", "- ", " - ", "\n", " ", ">>> ")
PIECES = st.lists(st.sampled_from([*SIGNS.split(), *LINES]), max_size=60).map("".join)


def seen(nodes: list[Node]) -> Iterator[str]:
    """All text of a tree; a language counts, since it is typed."""
    for node in nodes:
        if isinstance(node, str):
            yield node
        else:
            yield node.get("lang") or ""
            yield from seen(node["c"])


def depth(nodes: list[Node]) -> int:
    return 1 + max((depth(one["c"]) for one in nodes if isinstance(one, dict)), default=0)


def letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


@given(MARKUP)
def test_every_letter_stays_in_its_order(text: str) -> None:
    assert letters("".join(seen(read(text)))) == letters(text)


@given(st.text(max_size=200) | PIECES)
def test_any_text_becomes_a_tree_of_bounded_depth(text: str) -> None:
    nodes = read(text)
    assert depth(nodes) <= DEEPEST
    assert all(one for one in nodes)
    plain(nodes)


HOSTILE = {
    "asterisks": "*",
    "bars": "|",
    "brackets": "[",
    "quotes": "> ",
    "ticks": "` `` ",
    "ticks after an escape": "\\``a ",
    "fences": "```a",
    "fence lines": "```\n",
    "stars and words": "*a **b ",
    "mixed": "**__~~||",
    "strokes that close nothing": "~~_ ",
    "lists": " - a\n",
    "masks": "[a](https://x ",
    "masks in brackets": "[a](https://x(",
    "angles": "<t:",
    "links": "https://",
    "escapes": "*a\\",
    "spaces": "*a    ",
    "underlined": "__a _b ",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_time_is_in_proportion_to_length(piece: str) -> None:
    """Four times the text takes four times as long; a quadratic reader would take sixteen times."""
    short, long = (_seconds(piece * (size // len(piece))) for size in (4_000, 16_000))
    assert long < 9 * short + 0.02


def test_what_opens_and_closes_a_thousand_times_is_read_soon() -> None:
    opened = ["||", "**", "__", "~~", "*"]
    text = "".join(opened) * 400 + "x" + "".join(reversed(opened)) * 400
    assert depth(read(text)) <= DEEPEST
    assert _seconds(text) < 2


def _seconds(text: str) -> float:
    return min(_once(text) for _ in range(3))


def _once(text: str) -> float:
    before = time.process_time()
    read(text)
    return time.process_time() - before


# --- emoji alone, and names -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["👍", "👩‍🚀 🪿\n❤️", "🇩🇪3️⃣", "👋🏽", "<:cat:12>", "🎭" * 27, "🏴\U000e0067\U000e0062\U000e007f"],
)
def test_a_few_emoji_alone_are_big(text: str) -> None:
    (node,) = jumbo(read(text))
    assert isinstance(node, dict)
    assert node["t"] == "jumbo"
    assert node["c"] == read(text)


@pytest.mark.parametrize("text", ["", " ", "👍!", "3", "🎭" * 28, "**👍**", "→", "a 👍"])
def test_other_texts_are_not(text: str) -> None:
    assert jumbo(read(text)) == read(text)


async def test_names_are_those_that_the_reader_sees() -> None:
    async with LocalDiscord(rate_limits=False) as local:
        guild = local.add_guild("The Globe")
        inn, cellar = guild.add_channel("the-inn"), guild.add_channel("the-cellar")
        anna, bo = local.add_person("Anna", guild), local.add_person("Bo", guild)
        guild.members[bo.id].nick = "The Baker"
        role = guild.add_role("keepers")
        cellar.deny(anna, May.VIEW_CHANNEL)
        names = Names(local.world, inn, anna)
        told = f"<@{bo.id}> <@&{role.id}> <@&{guild.id}> <#{inn.id}> <#{cellar.id}> {cellar.id}"
        shown = plain(parse(told, names))
    assert shown == f"@The Baker @keepers @everyone #the-inn #unknown {cellar.id}"
