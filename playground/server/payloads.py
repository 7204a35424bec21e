"""Writes the world's things as Discord's JSON objects.

Source: the object tables of https://discord.com/developers/docs/resources/
"""

from typing import TYPE_CHECKING

from playground.server.channel import Channel
from playground.server.guild import Guild
from playground.server.message import Message
from playground.server.nouns import (
    Attachment,
    Member,
    Overwrite,
    Reaction,
    Role,
    Sticker,
    User,
    Webhook,
)
from playground.server.shapes import Json
from playground.server.snowflakes import iso, made_at

if TYPE_CHECKING:
    from playground.server.world import World


def user_json(user: User) -> Json:
    """Write a user."""
    return {
        "id": str(user.id),
        "username": user.display_name if user.webhook else user.name,
        "discriminator": "0000" if user.webhook else "0",
        "global_name": None if user.webhook or user.bot else user.display_name,
        "avatar": user.avatar,
        "bot": user.bot,
        "public_flags": 0,
        "avatar_decoration_data": None,
        "primary_guild": None,
    }


def member_json(member: Member, *, with_user: bool = True) -> Json:
    """Write a member; messages carry it without the user."""
    body: Json = {
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(role) for role in member.roles],
        "joined_at": iso(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": (
            iso(member.timed_out_until) if member.timed_out_until else None
        ),
    }
    if with_user:
        body["user"] = user_json(member.user)
    return body


def role_json(role: Role, world: "World") -> Json:
    """Write a role."""
    body: Json = {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    if role.managed:
        body["tags"] = {"bot_id": str(world.bot.id)}
    return body


def overwrite_json(overwrite: Overwrite) -> Json:
    """Write a channel's overwrite."""
    return {
        "id": str(overwrite.id),
        "type": int(overwrite.for_member),
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def channel_json(channel: Channel, viewer: User | None = None) -> Json:
    """Write a channel, thread or direct message channel.

    Args:
        channel: what to write.
        viewer: in a thread, whose membership is told.
    """
    if channel.guild is None:
        return {
            "id": str(channel.id),
            "type": channel.kind,
            "flags": 0,
            "last_message_id": _maybe(channel.last_message_id),
            "recipients": [user_json(u) for u in channel.recipients.values() if not u.bot],
        }
    body: Json = {
        "id": str(channel.id),
        "guild_id": str(channel.guild.id),
        "type": channel.kind,
        "name": channel.name,
        "flags": 0,
        "last_message_id": _maybe(channel.last_message_id),
        "rate_limit_per_user": channel.slowmode,
        "parent_id": str(channel.parent.id) if channel.parent else None,
    }
    if channel.thread is None:
        body |= _standing_channel(channel)
    else:
        body |= _thread(channel, viewer)
    return body


def _standing_channel(channel: Channel) -> Json:
    body: Json = {
        "topic": channel.topic,
        "position": channel.position,
        "nsfw": channel.nsfw,
        "permission_overwrites": [overwrite_json(o) for o in channel.overwrites.values()],
        "last_pin_timestamp": None,
    }
    if channel.kind == Channel.FORUM:
        body |= {
            "available_tags": channel.tags,
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "template": "",
        }
    if channel.kind == Channel.STAGE:
        body |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
    return body


def _thread(channel: Channel, viewer: User | None) -> Json:
    state = channel.thread
    if state is None:
        return {}
    body: Json = {
        "owner_id": str(state.owner_id),
        "member_count": min(50, len(channel.thread_members)),
        "message_count": len(channel.shelf),
        "total_message_sent": state.total_sent,
        "thread_metadata": {
            "archived": state.archived,
            "archive_timestamp": iso(state.archive_changed_at),
            "auto_archive_duration": state.auto_archive,
            "locked": state.locked,
            "create_timestamp": iso(state.created_at),
        },
    }
    if channel.kind == Channel.PRIVATE_THREAD:
        body["thread_metadata"]["invitable"] = state.invitable
    if channel.parent is not None and channel.parent.kind == Channel.FORUM:
        body["applied_tags"] = [str(tag) for tag in state.applied_tags]
    if viewer is not None and viewer.id in channel.thread_members:
        body["member"] = thread_member_json(channel, viewer.id)
    return body


def thread_member_json(thread: Channel, user_id: int) -> Json:
    """Write that a user is in a thread."""
    return {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": iso(thread.thread_members[user_id]),
        "flags": 1,
    }


def guild_json(guild: Guild) -> Json:
    """Write a server's own settings, without its channels and members."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(guild.owner_id),
        "roles": [role_json(role, guild.world) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "afk_channel_id": None,
        "afk_timeout": 300,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "nsfw": False,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "widget_enabled": False,
        "incidents_data": None,
    }


def attachment_json(attachment: Attachment, world: "World") -> Json:
    """Write an attachment, with a freshly signed address."""
    url = world.cdn.sign(attachment)
    body: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
    }
    if attachment.description:
        body["description"] = attachment.description
    if attachment.ephemeral:
        body["ephemeral"] = True
    return body


def webhook_json(webhook: Webhook, *, with_token: bool, with_user: bool = True) -> Json:
    """Write a webhook; the token is shown to the application that owns it."""
    body: Json = {
        "id": str(webhook.id),
        "type": 1,
        "guild_id": str(webhook.channel.guild.id) if webhook.channel.guild else None,
        "channel_id": str(webhook.channel.id),
        "name": webhook.name,
        "avatar": webhook.avatar,
        "application_id": _maybe(webhook.application_id),
    }
    if with_token:
        body["token"] = webhook.token
        body["url"] = f"https://discord.com/api/webhooks/{webhook.id}/{webhook.token}"
    if with_user:
        body["user"] = user_json(webhook.owner)
    return body


def message_json(message: Message, world: "World", *, nested: bool = False) -> Json:
    """Write a message as the REST routes answer it.

    Args:
        message: what to write.
        world: for signing addresses and for knowing whose reactions are ``me``.
        nested: it stands inside another message, so what it answers is left out.
    """
    body: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": message.kind,
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": iso(made_at(message.id)),
        "edited_timestamp": iso(message.edited_at) if message.edited_at else None,
        "tts": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(user) for user in message.mentions],
        "mention_roles": [str(role) for role in message.mention_roles],
        "attachments": [attachment_json(one, world) for one in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned,
        "flags": message.flags,
    }
    if message.attachments and (message.embeds or message.components):
        body["embeds"] = world.cdn.freshened(message.embeds)
        body["components"] = world.cdn.freshened(message.components)
    _optional_parts(message, body, world)
    if not nested and message.reference is not None:
        _answered(message, body, world)
    return body


def _optional_parts(message: Message, body: Json, world: "World") -> None:
    if message.reactions:
        body["reactions"] = [_reaction(one, world) for one in message.reactions.values()]
    if message.stickers:
        body["sticker_items"] = [_sticker(one) for one in message.stickers]
    plain = {
        "webhook_id": _maybe(message.webhook_id),
        "application_id": _maybe(message.application_id),
        "poll": message.poll,
        "nonce": message.nonce,
    }
    body |= {key: value for key, value in plain.items() if value is not None}
    if message.interaction is not None:
        body |= _doing(message.interaction)
    if message.started_thread is not None:
        body["thread"] = channel_json(message.started_thread, world.bot)


def _sticker(sticker: Sticker) -> Json:
    return {"id": str(sticker.id), "name": sticker.name, "format_type": sticker.format_type}


def _doing(metadata: Json) -> Json:
    """Write whose doing a message is; commands' answers tell it in the older form too."""
    body: Json = {"interaction_metadata": metadata}
    if "name" in metadata:
        body["interaction"] = {key: metadata[key] for key in ("id", "type", "name", "user")}
    return body


def _reaction(reaction: Reaction, world: "World") -> Json:
    return {
        "emoji": reaction.emoji,
        "count": reaction.count,
        "count_details": {"burst": 0, "normal": reaction.count},
        "burst_colors": [],
        "me": world.bot.id in reaction.users,
        "burst_me": False,
        "me_burst": False,
    }


def _answered(message: Message, body: Json, world: "World") -> None:
    body["message_reference"] = message.reference
    answered = message.referenced
    if answered is not None:
        gone = answered.deleted
        body["referenced_message"] = None if gone else message_json(answered, world, nested=True)


def message_event(message: Message, world: "World") -> Json:
    """Write a message as the gateway sends it: with the server and the author's membership."""
    body = message_json(message, world)
    guild = message.channel.guild
    body["channel_type"] = message.channel.kind
    if guild is not None:
        body["guild_id"] = str(guild.id)
        member = guild.members.get(message.author.id)
        if member is not None:
            body["member"] = member_json(member, with_user=False)
        for user, written in zip(message.mentions, body["mentions"], strict=True):
            mentioned = guild.members.get(user.id)
            if mentioned is not None:
                written["member"] = member_json(mentioned, with_user=False)
    return body


def _maybe(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)
