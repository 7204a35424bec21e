"""Routes about who the bot is, and direct message channels."""

from playground.server import errors, payloads
from playground.server.permissions import in_guild
from playground.server.routes import Call, table
from playground.server.shapes import Answer, Json


def _application(call: Call) -> Json:
    world = call.world
    return {
        "id": str(world.bot.id),
        "name": world.bot.display_name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": payloads.user_json(world.owner),
        "team": None,
        "summary": "",
        "flags": world.portal.flags,
        "rpc_origins": [],
        "redirect_uris": [],
        "tags": [],
        "hook": True,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "bot": payloads.user_json(world.bot),
    }


@table.add("GET", "/users/@me")
def me(call: Call) -> Answer:
    """Answer with the bot's own account."""
    body = payloads.user_json(call.world.bot)
    return 200, body | {"verified": True, "mfa_enabled": False, "flags": 0, "email": None}


@table.add("PATCH", "/users/@me")
def change_me(call: Call) -> Answer:
    """Rename the bot."""
    if call.body.get("username"):
        call.world.bot.display_name = call.body["username"]
    return me(call)


@table.add("GET", "/oauth2/applications/@me")
def oauth_application(call: Call) -> Answer:
    """Answer with the application; its flags show the privileged intents."""
    return 200, _application(call)


@table.add("GET", "/applications/@me")
def application(call: Call) -> Answer:
    """Answer with the application, as its owner configures it."""
    return 200, _application(call)


@table.add("PATCH", "/applications/@me")
def change_application(call: Call) -> Answer:
    """Accept changes to the application's page without keeping them."""
    return 200, _application(call)


@table.add("GET", "/gateway")
def gateway(call: Call) -> Answer:
    """Answer with the gateway's address."""
    return 200, {"url": call.world.gateway_url}


@table.add("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Answer:
    """Answer with the gateway's address and how many shards to use."""
    limit = {
        "total": 1000,
        "remaining": call.world.portal.sessions_left,
        "reset_after": 0,
        "max_concurrency": 16,
    }
    return 200, {
        "url": call.world.gateway_url,
        "shards": call.world.portal.shards,
        "session_start_limit": limit,
    }


@table.add("GET", "/users/{user_id}")
def user(call: Call) -> Answer:
    """Answer with any account."""
    found = call.world.users.get(call.number("user_id"))
    if found is None:
        raise errors.unknown("User")
    return 200, payloads.user_json(found)


@table.add("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> Answer:
    """Answer with the servers the bot is in."""
    bot = call.world.bot
    return 200, [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(in_guild(guild.members[bot.id])),
            "features": [],
        }
        for guild in call.world.guilds.values()
        if bot.id in guild.members
    ]


@table.add("POST", "/users/@me/channels", limit=(10, 10.0))
def open_dm(call: Call) -> Answer:
    """Open the direct message channel with a user.

    Raises:
        ApiError: 10013, or 50007 for the bot itself.
    """
    who = call.world.users.get(int(call.body.get("recipient_id") or 0))
    if who is None:
        raise errors.unknown("User")
    if who.bot:
        raise errors.ApiError(403, 50007, "Cannot send messages to this user")
    return 200, payloads.channel_json(call.world.dm(call.world.bot, who))
