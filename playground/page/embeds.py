"""An embed as the page's JSON: texts as nodes, pictures at addresses of the page's own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from playground.markdown import Names, parse
from playground.server.shapes import Json

Address = Callable[[str | None], str | None]
"""Gives the page's address for one of the local Discord's files; None for a foreign one."""


def embed_json(embed: Json, names: Names, address: Address) -> Json:
    """Write an embed.

    Args:
        embed: as the bot sent it.
        names: what mentions stand for.
        address: gives addresses of pictures.

    Returns:
        title, description, name and value of fields as nodes; ``at`` as Unix seconds; ``color`` as
        a number below 2**24; what is missing is None.
    """
    url = _web(embed.get("url"))
    author, footer = embed.get("author") or {}, embed.get("footer") or {}
    return {
        "title": parse(embed.get("title") or "", names, blocks=False, links=url is None) or None,
        "url": url,
        "description": parse(embed.get("description") or "", names) or None,
        "color": embed.get("color"),
        "author": author.get("name"),
        "author_url": _web(author.get("url")),
        "author_icon": address(author.get("icon_url")),
        "fields": [_field(one, names) for one in embed.get("fields") or []],
        "footer": footer.get("text"),
        "footer_icon": address(footer.get("icon_url")),
        "at": _seconds(embed.get("timestamp")),
        "thumbnail": address((embed.get("thumbnail") or {}).get("url")),
        "image": address((embed.get("image") or {}).get("url")),
    }


def _field(field: Json, names: Names) -> Json:
    return {
        "name": parse(field["name"], names, blocks=False),
        "value": parse(field["value"], names),
        "inline": bool(field.get("inline")),
    }


def _web(url: Any) -> str | None:  # noqa: ANN401 - whatever the bot sent
    """Return an address of the web; None for whatever else could be in its place."""
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else None


def _seconds(moment: str | None) -> float | None:
    try:
        return datetime.fromisoformat(moment).timestamp() if moment else None
    except ValueError:
        return None
