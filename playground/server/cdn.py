"""Files: kept in memory, served from addresses that expire.

Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from playground.server.nouns import Attachment

_ATTACHMENT = re.compile(r"/attachments/\d+/(\d+)/")


class Cdn:
    """Signs addresses of attachments and finds what they lead to.

    Args:
        clock: gives the present as Unix seconds.
        secret: what addresses are signed with.
        lifetime: returns the seconds for which an address is good.
    """

    def __init__(
        self, clock: Callable[[], float], secret: bytes, lifetime: Callable[[], float]
    ) -> None:
        self.base = ""
        self._clock = clock
        self._secret = secret
        self._lifetime = lifetime
        self._files: dict[int, Attachment] = {}
        self._pictures: dict[str, bytes] = {}
        self._ahead = 0.0

    def expire(self) -> None:
        """Let every address given so far expire, as if a day had passed."""
        self._ahead += self._lifetime() + 1

    def _now(self) -> float:
        return self._clock() + self._ahead

    def keep(self, attachment: Attachment) -> None:
        """Store a file."""
        self._files[attachment.id] = attachment

    def file(self, attachment_id: int) -> Attachment | None:
        """Return a file by its id, whatever became of its addresses."""
        return self._files.get(attachment_id)

    def keep_picture(self, data: bytes) -> str:
        """Store a picture (an avatar) and return its hash."""
        name = hashlib.md5(data, usedforsecurity=False).hexdigest()
        self._pictures[name] = data
        return name

    def picture(self, name: str) -> bytes | None:
        """Return a stored picture by its hash."""
        return self._pictures.get(name)

    def sign(self, attachment: Attachment) -> str:
        """Return an address at which a file can be fetched for a while."""
        now = int(self._now())
        path = self._path(attachment)
        expires, issued = f"{int(now + self._lifetime()):x}", f"{now:x}"
        mark = self._mark(path, expires, issued)
        return f"{self.base}{path}?ex={expires}&is={issued}&hm={mark}&"

    def fetch(self, attachment_id: int, query: dict[str, str]) -> Attachment | None:
        """Return a file if the address is genuine and not expired, else None."""
        attachment = self._files.get(attachment_id)
        if attachment is None:
            return None
        expires, issued = query.get("ex", ""), query.get("is", "")
        mark = self._mark(self._path(attachment), expires, issued)
        genuine = hmac.compare_digest(mark, query.get("hm", ""))
        return attachment if genuine and int(expires, 16) > self._now() else None

    def refresh(self, url: str) -> str | None:
        """Return a fresh address for what an address of an attachment leads to, else None."""
        found = _ATTACHMENT.search(url)
        attachment = self._files.get(int(found[1])) if found else None
        return None if attachment is None else self.sign(attachment)

    def freshened(self, node: Any) -> Any:  # noqa: ANN401 - JSON of any shape
        """Copy a tree with every address of a file signed anew, as Discord does when one reads."""
        if isinstance(node, dict):
            return {key: self.freshened(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self.freshened(one) for one in node]
        if isinstance(node, str) and node.startswith(self.base):
            return self.refresh(node) or node
        return node

    @staticmethod
    def _path(attachment: Attachment) -> str:
        name = quote(attachment.filename)
        return f"/attachments/{attachment.channel_id}/{attachment.id}/{name}"

    def _mark(self, path: str, expires: str, issued: str) -> str:
        text = f"{path}|{expires}|{issued}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()
