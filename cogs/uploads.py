"""Pictures that people upload: looked at, and kept with a message of ours in the channel."""

import io

import discord

from bot.services.pictures import Pictures
from bot.story.cast import Character, Keepsake
from bot.story.errors import InvalidError
from bot.story.pictures import MAX_PICTURE, kind_of
from cogs.actor import Interaction, request_of
from cogs.patience import say_to_all


async def read_picture(upload: discord.Attachment) -> discord.File:
    """An uploaded picture as a file of ours.

    Raises:
        InvalidError: it is too large, no picture, or gone already.
    """
    if upload.size > MAX_PICTURE:
        raise InvalidError(f"A picture has at most {MAX_PICTURE // 1024 // 1024} MiB. Shrink it.")
    try:
        content = await upload.read()
    except discord.HTTPException as error:
        raise InvalidError("The picture could not be fetched from Discord. Try again.") from error
    return discord.File(io.BytesIO(content), f"picture.{kind_of(content)}")


async def answer_with_picture(
    interaction: Interaction,
    pictures: Pictures,
    character: Character,
    text: str,
    picture: discord.File,
) -> None:
    """Answer in public with a character's picture; this message keeps it from now on."""
    message = await say_to_all(interaction, text, picture)
    keepsake = Keepsake(message.channel.id, message.id)
    url = message.attachments[0].url
    await pictures.keep(request_of(interaction), character.id, url, keepsake)
