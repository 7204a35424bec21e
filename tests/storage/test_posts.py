import dataclasses

from bot.story.posts import Manner, NewPost, Post, PostKind, PostState
from bot.story.turn import Attachment
from tests.storage.kit import CHANNEL, Stand, later


def card(subject_id: int = 1, **changes: object) -> NewPost:
    plain = NewPost(CHANNEL, PostKind.BALLOT, subject_id)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


async def add(stand: Stand, *posts: NewPost) -> list[Post]:
    async with stand.write() as unit:
        return await unit.posts.add(posts)


async def test_posts_keep_their_order(stand: Stand) -> None:
    files = (Attachment("a.png", "https://cdn/a", 3),)
    parts = [
        NewPost(
            CHANNEL, PostKind.TURN, 5, f"part {n}", n, 30, "Mira", "https://a", attachments=files
        )
        for n in range(30)
    ]
    added = await add(stand, *parts)
    assert [post.part for post in added] == list(range(30))
    assert [post.id for post in added] == sorted(post.id for post in added)
    assert (added[0].state, added[0].wanted, added[0].shown) == (PostState.DUE, 1, 0)
    assert added[0].attachments == files
    async with stand.read() as unit:
        assert await unit.posts.get(added[3].id) == added[3]
        assert await unit.posts.get(99) is None
        assert await unit.posts.due(CHANNEL, 4) == added[:4]
        assert await unit.posts.due(99, 4) == []
        assert await unit.posts.of_turn(5) == added
        assert await unit.posts.pending(CHANNEL) == 30
    assert await add(stand) == []


async def test_the_way_of_a_post(stand: Stand) -> None:
    (post,) = await add(stand, card(original_id=44))
    async with stand.write() as unit:
        await unit.posts.sending(post.id, 1000, Manner.WEBHOOK, name="Mira", avatar_url="https://b")
        (sending,) = await unit.posts.due(CHANNEL, 5)
        assert sending == dataclasses.replace(
            post,
            state=PostState.SENDING,
            after_id=1000,
            manner=Manner.WEBHOOK,
            name="Mira",
            avatar_url="https://b",
        )
        assert await unit.posts.pending(CHANNEL) == 1
        assert await unit.posts.unfinished(CHANNEL, 5) == [sending]
        await unit.posts.posted(post.id, 2000, 1)
        assert await unit.posts.pending(CHANNEL) == 0
        (posted,) = await unit.posts.unfinished(CHANNEL, 5)
        assert posted == dataclasses.replace(
            sending, state=PostState.POSTED, message_id=2000, shown=1
        )
        await unit.posts.original_gone(post.id)
        assert await unit.posts.unfinished(CHANNEL, 5) == []
        assert (await unit.posts.of_message(2000)).id == post.id
        assert await unit.posts.of_message(1) is None
        assert await unit.posts.claimed_ids([1, 2000, 3]) == {2000}
        assert await unit.posts.claimed_ids([]) == frozenset()
        await unit.posts.set_state(post.id, "removing")
        (removing,) = await unit.posts.removing(CHANNEL, 5)
        assert removing.id == post.id
        await unit.posts.set_state(post.id, PostState.REMOVED)
        assert await unit.posts.removing(CHANNEL, 5) == []
        assert len(await unit.posts.of_subject("ballot", 1)) == 1


async def test_cards_become_stale_and_are_drawn(stand: Stand) -> None:
    first, second, due, gone = await add(stand, card(), card(), card(), card())
    await add(stand, card(2))
    async with stand.write() as unit:
        await unit.posts.posted(first.id, 1, 1)
        await unit.posts.posted(second.id, 2, 1)
        await unit.posts.posted(gone.id, 3, 1)
        await unit.posts.set_state(gone.id, PostState.REMOVED)
        assert await unit.posts.stale_cards(CHANNEL, 5) == []
        assert await unit.posts.touch("ballot", 1) == [CHANNEL]
        assert await unit.posts.touch("ballot", 9) == []
        stale = await unit.posts.stale_cards(CHANNEL, 5)
        assert [(post.id, post.wanted) for post in stale] == [(first.id, 2), (second.id, 2)]
        assert (await unit.posts.get(due.id)).wanted == 2
        assert (await unit.posts.get(gone.id)).wanted == 1
        await unit.posts.shown(first.id, 2)
        assert [post.id for post in await unit.posts.stale_cards(CHANNEL, 5)] == [second.id]


async def test_a_text_changed_while_it_is_sent_is_drawn_again(stand: Stand) -> None:
    (post,) = await add(stand, NewPost(CHANNEL, PostKind.TURN, 5, "old"))
    async with stand.write() as unit:
        await unit.posts.sending(post.id, 1, Manner.PLAIN, name="", avatar_url="")
        await unit.posts.set_text(post.id, "new")
        await unit.posts.posted(post.id, 9, post.wanted)
        (stale,) = await unit.posts.stale_cards(CHANNEL, 5)
    assert (stale.text, stale.wanted, stale.shown) == ("new", 2, 1)


async def test_how_long_the_oldest_post_waits(stand: Stand) -> None:
    async def since() -> object:
        async with stand.read() as unit:
            return await unit.posts.waiting_since(CHANNEL)

    assert await since() is None
    (old,) = await add(stand, card())
    stand.watch.time = later(seconds=20)
    await add(stand, card())
    assert await since() == later()
    async with stand.write() as unit:
        await unit.posts.set_state(old.id, PostState.LOST)
    assert await since() == later(seconds=20)


async def test_a_post_taken_back_while_it_is_sent_stays_to_be_deleted(stand: Stand) -> None:
    (post,) = await add(stand, card())
    async with stand.write() as unit:
        await unit.posts.set_state(post.id, PostState.REMOVING)
        await unit.posts.posted(post.id, 9, 1)
        (removing,) = await unit.posts.removing(CHANNEL, 5)
    assert (removing.state, removing.message_id) == (PostState.REMOVING, 9)
