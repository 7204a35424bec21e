import asyncio
import dataclasses

import pytest

from bot.story.cast import Claim, Sheet
from bot.story.errors import ConflictError
from tests.storage.kit import CHANNEL, NOW, OWNER, Stand, later, opening


async def test_a_character_comes_back_whole(stand: Stand) -> None:
    story_id = (await stand.place()).story.id
    sheet = Sheet("tall", "hoarse", "the light", "the dark", "is a ghost", "https://a/b.png")
    async with stand.write() as unit:
        added = await unit.cast.add(
            story_id, "Mira", sheet, aliases=("The Keeper",), by=OWNER, at=NOW
        )
    async with stand.read() as unit:
        assert await unit.cast.get(added.id) == added
        assert await unit.cast.get(99) is None
        assert (await unit.cast.company(story_id)).find("the  KEEPER") == added


@pytest.mark.parametrize("name", ["Mira", "MIRA", "ＭＩＲＡ", "keeper"])
async def test_a_name_means_one_character(stand: Stand, name: str) -> None:
    mira = await stand.character("Mira", "Keeper")
    with pytest.raises(ConflictError, match=r"means Mira already\."):
        await stand.character("Other", name)
    async with stand.write() as unit:
        await unit.cast.save(dataclasses.replace(mira, retired_at=NOW))
    with pytest.raises(ConflictError, match="Mira already, who retired"):
        await stand.character(name)


async def test_a_refused_name_leaves_nothing_even_if_the_caller_goes_on(stand: Stand) -> None:
    await stand.character("Mira")
    story_id = (await stand.place()).story.id
    async with stand.write() as unit:
        with pytest.raises(ConflictError):
            await unit.cast.add(story_id, "mira", Sheet(), aliases=("Tom",), by=1, at=NOW)
    async with stand.read() as unit:
        assert len((await unit.cast.company(story_id)).characters) == 1
    await stand.character("Tom")


async def test_saving_frees_old_names_and_takes_new_ones(stand: Stand) -> None:
    mira = await stand.character("Mira", "Keeper")
    tom = await stand.character("Tom")
    renamed = dataclasses.replace(mira, name="Mirabel", aliases=("Bel", "bel"))
    async with stand.write() as unit:
        await unit.cast.save(renamed)
        assert await unit.cast.get(mira.id) == renamed
    await stand.character("Keeper")
    async with stand.write() as unit:
        with pytest.raises(ConflictError, match="Mirabel"):
            await unit.cast.save(dataclasses.replace(tom, aliases=("BEL",)))
        assert await unit.cast.get(tom.id) == tom


async def test_names_in_other_stories_are_free(stand: Stand) -> None:
    await stand.character("Mira")
    other = await stand.open(3)
    async with stand.write() as unit:
        await unit.cast.add(other.story.id, "Mira", Sheet(), aliases=(), by=1, at=NOW)


async def test_the_company_has_live_claims_and_on_request_the_retired(stand: Stand) -> None:
    mira, tom = await stand.character("Mira"), await stand.character("Tom")
    retired = dataclasses.replace(tom, retired_at=NOW)
    async with stand.write() as unit:
        old = await unit.cast.claim(mira, 1, NOW)
        assert await unit.cast.release(old.id, later(hours=1))
        assert not await unit.cast.release(old.id, later(hours=2))
        claim = await unit.cast.claim(mira, 2, later(hours=3))
        await unit.cast.save(retired)
        company = await unit.cast.company(mira.story_id)
        everybody = await unit.cast.company(mira.story_id, retired=True)
    assert claim == Claim(claim.id, mira.story_id, mira.id, 2, later(hours=3))
    assert company.characters == (mira,)
    assert company.claims == {mira.id: claim}
    assert everybody.characters == (mira, retired)


async def test_of_twenty_claims_at_once_one_wins(stand: Stand) -> None:
    mira = await stand.character("Mira")

    async def claim(writer_id: int) -> int | None:
        try:
            async with stand.write() as unit:
                return (await unit.cast.claim(mira, writer_id, NOW)).writer_id
        except ConflictError:
            return None

    winners = [won for won in await asyncio.gather(*map(claim, range(1, 21))) if won]
    async with stand.read() as unit:
        held = (await unit.cast.company(mira.story_id)).claims
    assert [claim.writer_id for claim in held.values()] == winners


async def test_every_claim_there_was_of_a_character_is_known(stand: Stand) -> None:
    mira, tom = await stand.character("Mira"), await stand.character("Tom")
    async with stand.write() as unit:
        first = await unit.cast.claim(mira, 1, NOW)
        await unit.cast.release(first.id, NOW)
        await unit.cast.claim(tom, 3, NOW)
        second = await unit.cast.claim(mira, 2, NOW)
        assert await unit.cast.claims_of(mira.id) == [first, second]


async def test_a_refused_claim_does_not_end_the_transaction(stand: Stand) -> None:
    mira = await stand.character("Mira")
    async with stand.write() as unit:
        await unit.cast.claim(mira, 1, NOW)
        with pytest.raises(ConflictError, match="Mira is taken"):
            await unit.cast.claim(mira, 2, NOW)
        await unit.cast.note_writer(mira.story_id, 2, "Ben", NOW)
    async with stand.read() as unit:
        assert list(await unit.cast.writers(mira.story_id)) == [2]


async def test_what_is_known_of_writers(stand: Stand) -> None:
    mira = await stand.character("Mira")
    story_id = mira.story_id
    async with stand.write() as unit:
        await unit.cast.note_writer(story_id, 2, "Ben", None)
        await unit.cast.note_writer(story_id, 2, "Ben", later(hours=2))
        await unit.cast.note_writer(story_id, 2, "Benny", later(hours=1))
        await unit.cast.note_writer(story_id, 2, "Benny", None)
        await unit.cast.play(story_id, 2, mira.id)
        await unit.cast.play(story_id, 3, mira.id)
        await unit.cast.play(story_id, 3, None)
    async with stand.read() as unit:
        ben = await unit.cast.writer(story_id, 2)
        assert ben
        assert (ben.name, ben.active_at, ben.playing_id) == ("Benny", later(hours=2), mira.id)
        assert await unit.cast.writer(story_id, 9) is None
        assert set(await unit.cast.writers(story_id)) == {2, 3}


async def test_cast_and_writers_read_at_once_are_those_read_apart(stand: Stand) -> None:
    mira, tom = await stand.character("Mira"), await stand.character("Tom")
    story_id = mira.story_id
    async with stand.write() as unit:
        await unit.cast.save(dataclasses.replace(tom, retired_at=NOW))
        await unit.cast.claim(mira, 2, later(hours=1))
        await unit.cast.note_writer(story_id, 2, "Ben", later(hours=2))
        await unit.cast.play(story_id, 2, mira.id)
        await unit.cast.note_writer(story_id, 3, "Cleo", None)
        await unit.cast.left(77, 3, later(hours=3))
        for retired in (False, True):
            company = await unit.cast.company(story_id, retired=retired)
            writers = await unit.cast.writers(story_id)
            assert company.claims
            assert company.left
            assert len(writers) == 2
            assert await unit.cast.everybody(story_id, retired=retired) == (company, writers)


async def test_who_left_a_server_left_all_its_stories_until_they_act(stand: Stand) -> None:
    mira = await stand.character("Mira")
    story_id = mira.story_id
    other = (await stand.open(CHANNEL + 1)).story.id
    async with stand.write() as unit:
        abroad = (await unit.stories.open(opening(CHANNEL + 2, guild_id=78))).story.id
        await unit.cast.claim(mira, 2, NOW)
        for one in (story_id, other, abroad):
            await unit.cast.note_writer(one, 2, "Ben", NOW)
        await unit.cast.note_writer(story_id, 3, "Cleo", NOW)
        assert await unit.cast.left(77, 2, later(hours=1)) == [story_id, other]
        assert await unit.cast.left(77, 2, later(hours=2)) == []
        assert await unit.cast.left(77, 99, later(hours=2)) == []
    async with stand.read() as unit:
        company = await unit.cast.company(story_id)
        assert company.left == {2}
        assert company.writer_of(mira.id) == 2
        assert (await unit.cast.company(other)).left == {2}
        assert (await unit.cast.company(abroad)).left == frozenset()
        ben = await unit.cast.writer(story_id, 2)
        assert ben
        assert ben.left_at == later(hours=1)
        assert await unit.cast.all_left() == {(77, 2)}
    async with stand.write() as unit:
        await unit.cast.note_writer(other, 2, "Ben", None)
        assert (await unit.cast.company(other)).left == frozenset()
        assert await unit.cast.returned(77, 2) == [story_id]
        assert await unit.cast.returned(77, 2) == []
        assert await unit.cast.all_left() == frozenset()
