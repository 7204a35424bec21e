from playground.server import Channel, Person
from tests.playground.page.gallery import Gallery


async def test_the_gallery_shows_one_of_everything(
    gallery: Gallery, inn: Channel, anna: Person
) -> None:
    shown = await anna.slash(inn, "show rows")
    await anna.click(await shown.answer(), "primary")
    assert await gallery.takes("primary") is None
    selects = inn.messages[1]
    await anna.choose(selects, "one", ["Amber"])
    assert await gallery.takes("one") == ["amber"]
    card = await (await anna.slash(inn, "show card")).answer()
    await anna.click(card, "veiled")
    await gallery.takes("veiled")
    form = await anna.slash(inn, "show form")
    await anna.submit(form, {"name": "Mira"})
    told = await gallery.takes("words")
    assert told == {"name": "Mira", "tale": "Once\nupon a time", "old": ""}
    fields = await anna.slash(inn, "show fields")
    given = {"flavour": ["amber"], "who": [anna], "where": [inn]}
    await anna.submit(fields, given)
    told = await gallery.takes("fields")
    assert told == {"flavour": ["amber"], "who": ["Anna"], "where": ["the-inn"], "which": []}
    more = await anna.slash(inn, "show fields", second=True)
    file = ("a.txt", b"A", "text/plain")
    await anna.submit(more, {"files": [file], "radio": "dill", "group": ["amber"], "agreed": True})
    told = await gallery.takes("more")
    assert told == {
        "files": [("a.txt", b"A")],
        "radio": "dill",
        "group": ["amber"],
        "agreed": True,
    }
    await anna.slash(inn, "show pick", flavour="Amber", who=anna, where=inn, file=file, sure=True)
    assert await gallery.takes("pick") == {
        "flavour": "Amber",
        "who": "Anna",
        "where": "the-inn",
        "file": ("a.txt", b"A"),
        "sure": True,
    }
    await anna.menu(card, "Inspect")
    await anna.menu_on(inn, anna, "Wave at")
    assert await gallery.takes("Wave at") == "Anna"
