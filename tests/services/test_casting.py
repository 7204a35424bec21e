import pytest

from bot.story.ballot import VariantState
from bot.story.cast import MAX_CAST, Sheet
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tests.builders import ADA, BEN, CHANNEL, CLEO, GULLS, OWNER, STORM, drafted, speech
from tests.services.table import Table, by


async def test_anybody_adds_a_character(table: Table) -> None:
    made = (await table.casting.add(by(CLEO), " Old  Finn ", " a fisher ")).character
    assert (made.name, made.sheet.description, made.added_by) == ("Old Finn", "a fisher", CLEO)
    listed = await table.casting.cast_list(CHANNEL)
    assert [c.name for c in listed.company.characters] == ["Mira", "Tom", "Ren", "Old Finn"]
    assert listed.names[CLEO] == "Cleo"


async def test_a_name_is_taken_once(table: Table) -> None:
    with pytest.raises(ConflictError, match="Mira"):
        await table.casting.add(by(CLEO), "ＭＩＲＡ", "")
    with pytest.raises(InvalidError):
        await table.casting.add(by(CLEO), "Narrator", "")
    with pytest.raises(InvalidError, match="1001"):
        await table.casting.add(by(CLEO), "Finn", "x" * 1001)


async def test_a_cast_has_its_limit(table: Table) -> None:
    async with table.store.write() as work:
        place = await work.stories.place(CHANNEL)
        assert place
        made = await work.cast.get(1)
        assert made
        for n in range(MAX_CAST - 3):
            await work.cast.add(
                place.story.id, f"Gull {n}", made.sheet, aliases=(), by=ADA, at=table.clock.now()
            )
    with pytest.raises(InvalidError, match="200"):
        await table.casting.add(by(ADA), "Finn", "")


async def test_a_claim_takes_a_free_character_and_speaks_as_it(table: Table) -> None:
    assert (await table.claim(CLEO, "ren")).name == "Ren"
    assert (await table.say(CLEO, "Here.")).speaker == "Ren"


async def test_a_taken_character_names_its_holder(table: Table) -> None:
    with pytest.raises(ConflictError, match="Ada holds Mira"):
        await table.claim(CLEO, "Mira")
    with pytest.raises(ConflictError, match="You hold Mira already"):
        await table.claim(ADA, "Mira")
    with pytest.raises(NotFoundError):
        await table.claim(CLEO, "Nobody")


async def test_a_retired_character_cannot_be_claimed_or_asked_for(table: Table) -> None:
    async with table.store.write() as work:
        place = await work.stories.place(CHANNEL)
        assert place
        ren = (await work.cast.company(place.story.id)).find("Ren")
        assert ren
        await work.cast.save(
            type(ren)(ren.id, ren.story_id, ren.name, ren.added_by, ren.added_at,
                      retired_at=table.clock.now())
        )  # fmt: skip
    with pytest.raises(ConflictError, match="retired"):
        await table.claim(CLEO, "Ren")
    with pytest.raises(ConflictError, match="retired"):
        await table.ask(as_character="Ren")


async def test_release(table: Table) -> None:
    with pytest.raises(NotAllowedError, match="not yours"):
        await table.casting.release(by(BEN), "Mira")
    with pytest.raises(ConflictError, match="Nobody holds Ren"):
        await table.casting.release(by(ADA), "Ren")
    await table.casting.release(by(ADA), "Mira")
    await table.casting.release(by(OWNER), "Tom")
    assert (await table.casting.cast_list(CHANNEL)).company.claimed() == ()
    assert (await table.type(ADA, "Hello?")).turn is None


async def test_one_speaks_as_the_last_claimed_or_as_chosen(table: Table) -> None:
    await table.claim(ADA, "Ren")
    assert (await table.say(ADA, "One.")).speaker == "Ren"
    await table.casting.play(by(ADA), "Mira")
    assert (await table.say(ADA, "Two.")).speaker == "Mira"
    await table.casting.release(by(ADA), "Mira")
    assert (await table.say(ADA, "Three.")).speaker == "Ren"
    with pytest.raises(NotAllowedError, match="do not hold Tom"):
        await table.casting.play(by(ADA), "Tom")


async def test_who_edits_a_character(table: Table) -> None:
    changed = await table.casting.edit(by(ADA), "Mira", {"voice": " low ", "wants": "out"})
    assert (changed.sheet.voice, changed.sheet.wants) == ("low", "out")
    with pytest.raises(NotAllowedError):
        await table.casting.edit(by(BEN), "Mira", {"voice": "high"})
    await table.casting.edit(by(OWNER), "Mira", {"fears": "gulls"})
    finn = (await table.casting.add(by(CLEO), "Finn", "")).character
    assert await table.casting.editable(by(CLEO), "Finn") == finn
    await table.claim(BEN, "Finn")
    with pytest.raises(NotAllowedError):
        await table.casting.editable(by(CLEO), "Finn")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"name": "Tom"}, "Tom"),
        ({"aliases": "Tommy, tom"}, "Tom"),
        ({"name": "\u200b"}, "people can see"),
        ({"aliases": "ok, narrator"}, "storyteller"),
        ({"avatar_url": "http://x"}, "https"),
        ({"fears": "x" * 1001}, "1000"),
    ],
)
async def test_what_a_character_cannot_become(
    table: Table, changes: dict[str, str], what: str
) -> None:
    with pytest.raises((InvalidError, ConflictError), match=what):
        await table.casting.edit(by(ADA), "Mira", changes)
    assert (await table.casting.show(by(ADA), "Mira")).character.aliases == ()


async def test_aliases(table: Table) -> None:
    changed = await table.casting.edit(
        by(ADA),
        "Mira",
        {"aliases": "The Captain, Mi,, the Captain", "avatar_url": "https://x.example/y.png"},
    )
    assert changed.aliases[:2] == ("The Captain", "Mi")
    assert (await table.casting.show(by(BEN), "the captain")).character.name == "Mira"


async def test_a_name_from_before_a_rule_stays_a_name(table: Table) -> None:
    async with table.store.write() as work:
        place = await work.stories.place(CHANNEL)
        assert place
        old = {"aliases": ("@here",), "by": OWNER, "at": table.clock.now()}
        elder = await work.cast.add(place.story.id, "Tom: the Elder", Sheet(), **old)
    changed = await table.casting.edit(
        by(OWNER), elder.id, {"name": elder.name, "aliases": "@here, Elder", "voice": "low"}
    )
    assert (changed.name, changed.aliases) == (elder.name, ("@here", "Elder"))
    with pytest.raises(InvalidError):
        await table.casting.edit(by(OWNER), elder.id, {"aliases": "Tom: the Eldest"})
    await table.parting.retire(by(OWNER), elder.name)
    assert (await table.casting.add(by(OWNER), "tom: the elder", "")).back
    with pytest.raises(InvalidError):
        await table.casting.add(by(OWNER), "Tom: the Eldest", "")


async def test_secrets_are_for_whoever_holds_the_character(table: Table) -> None:
    await table.casting.add(by(CLEO), "Finn", "")
    assert (await table.casting.show(by(CLEO), "Finn")).shows_secrets
    assert not (await table.casting.show(by(OWNER), "Finn")).shows_secrets
    await table.claim(BEN, "Finn")
    shown = await table.casting.show(by(BEN), "Finn")
    assert (shown.shows_secrets, shown.held_by, shown.holder_id) == (True, "Ben", BEN)
    assert not (await table.casting.show(by(CLEO), "Finn")).shows_secrets


async def test_what_a_holder_wrote_is_not_for_whoever_added_the_character(table: Table) -> None:
    await table.casting.add(by(CLEO), "Finn", "")
    await table.casting.edit(by(CLEO), "Finn", {"secrets": "Is a gull."})
    await table.claim(CLEO, "Finn")
    released = await table.casting.release(by(CLEO), "Finn")
    assert released.leaves_secrets
    # They alone wrote it so far.
    assert (await table.casting.show(by(CLEO), "Finn")).shows_secrets
    await table.claim(BEN, "Finn")
    await table.casting.edit(by(BEN), "Finn", {"secrets": "Is no gull."})
    await table.casting.release(by(BEN), "Finn")
    for writer_id in (BEN, CLEO, OWNER):
        assert not (await table.casting.show(by(writer_id), "Finn")).shows_secrets
    # Nor does a form that was opened before put others in their place.
    with pytest.raises(NotAllowedError, match="for whoever plays Finn"):
        await table.casting.edit(by(CLEO), "Finn", {"secrets": "Is a gull."})
    await table.casting.edit(by(CLEO), "Finn", {"wants": "fish"})
    await table.claim(CLEO, "Finn")
    shown = await table.casting.show(by(CLEO), "Finn")
    assert (shown.shows_secrets, shown.character.sheet.secrets) == (True, "Is no gull.")


async def test_whoever_gives_a_character_back_may_take_its_secrets_along(table: Table) -> None:
    await table.casting.edit(by(ADA), "Mira", {"secrets": "Sank the ship.", "wants": "out"})
    released = await table.casting.release(by(ADA), "Mira")
    mira, claim_id = released.character.id, released.claim_id
    for writer_id in (OWNER, BEN):
        with pytest.raises(NotAllowedError, match="Only whoever gave"):
            await table.casting.take_secrets(by(writer_id), mira, claim_id)
    taken = await table.casting.take_secrets(by(ADA), mira, claim_id)
    assert taken.sheet.secrets == "Sank the ship."
    await table.claim(BEN, "Mira")
    sheet = (await table.casting.show(by(BEN), "Mira")).character.sheet
    assert (sheet.secrets, sheet.wants) == ("", "out")


async def test_secrets_that_somebody_has_by_now_are_theirs(table: Table) -> None:
    await table.casting.edit(by(ADA), "Mira", {"secrets": "Sank the ship."})
    mine = await table.casting.release(by(ADA), "Mira")
    mira = mine.character.id
    await table.claim(BEN, "Mira")
    with pytest.raises(ConflictError, match="was claimed since"):
        await table.casting.take_secrets(by(ADA), mira, mine.claim_id)
    bens = await table.casting.release(by(OWNER), "Mira")
    # Nor once it is free again: what Ben added is Ben's.
    with pytest.raises(ConflictError, match="was claimed since"):
        await table.casting.take_secrets(by(ADA), mira, mine.claim_id)
    assert not bens.leaves_secrets
    await table.claim(ADA, "Mira")
    with pytest.raises(ConflictError, match="was claimed since"):
        await table.casting.take_secrets(by(BEN), mira, bens.claim_id)
    assert (await table.casting.show(by(ADA), "Mira")).character.sheet.secrets == "Sank the ship."


async def test_a_character_without_secrets_leaves_none(table: Table) -> None:
    assert not (await table.casting.release(by(ADA), "Mira")).leaves_secrets


REN_TALKS = drafted(speech("Ren", "I saw the light go out before anybody else did."))
OLD_HAND = drafted(speech("The old hand", "You will want to leave that rope where it is."))


async def test_an_alias_of_a_claimed_character_locks_a_variant(table: Table) -> None:
    ballot = await table.ballot(OLD_HAND, STORM, GULLS)
    await table.casting.edit(by(ADA), "Mira", {"aliases": "The old hand"})
    assert f"settle:{ballot.id}" in await table.due()
    await table.settling.run(ballot.id)
    ballot = await table.look(ballot.id)
    assert table.saying(ballot, OLD_HAND).state is VariantState.LOCKED
    assert table.saying(ballot, STORM).state is VariantState.STANDING


async def test_leave_given_by_one_holder_is_not_the_next_ones(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    await table.claim(CLEO, "Ren")
    await table.settling.run(ballot.id)
    variant = table.saying(ballot, REN_TALKS)
    await table.voting.allow(by(CLEO), variant.id)
    assert table.saying(await table.look(ballot.id), REN_TALKS).state is VariantState.STANDING
    await table.casting.release(by(CLEO), "Ren")
    await table.claim(OWNER, "Ren")
    await table.settling.run(ballot.id)
    assert table.saying(await table.look(ballot.id), REN_TALKS).state is VariantState.LOCKED
