"""Refusals in the shape and with the codes that Discord uses.

Source of codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from playground.server.shapes import Json

_UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Overwrite": 10009,
    "Role": 10011,
    "User": 10013,
    "Emoji": 10014,
    "Webhook": 10015,
    "Sticker": 10060,
    "interaction": 10062,
    "application command": 10063,
}


class ApiError(Exception):
    """A request that Discord would refuse.

    Args:
        status: the HTTP status.
        code: Discord's own code (0 where it has none).
        message: the sentence Discord sends along.
        errors: for code 50035, what is wrong with which field.
    """

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """Return the JSON body of the refusal."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def unknown(noun: str) -> ApiError:
    """Refuse because there is no such thing, e.g. ``unknown("Message")`` has code 10008."""
    return ApiError(404, _UNKNOWN[noun], f"Unknown {noun}")


def missing_access() -> ApiError:
    """Refuse because the bot cannot see the place at all."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """Refuse because the bot sees the place but may not do this there."""
    return ApiError(403, 50013, "Missing Permissions")


def wrong_channel_kind() -> ApiError:
    """Refuse because this kind of channel does not do that."""
    return ApiError(400, 50024, "Cannot execute action on this channel type")


class Faults:
    """Collects what is wrong with a request body, to be refused all at once with code 50035."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def __bool__(self) -> bool:
        return bool(self._tree)

    def add(self, where: str, code: str, message: str) -> None:
        """Note a fault.

        Args:
            where: the field, with dots between levels, e.g. ``embeds.0.title``.
            code: Discord's word for the kind of fault.
            message: the sentence that explains it.
        """
        node = self._tree
        for step in filter(None, where.split(".")):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def longest(self, where: str, value: object, limit: int) -> None:
        """Note a fault if a text is longer than ``limit`` characters."""
        if isinstance(value, str) and len(value) > limit:
            self.add(where, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def longest_list(self, where: str, value: object, limit: int) -> None:
        """Note a fault if a list has more than ``limit`` parts."""
        if isinstance(value, list) and len(value) > limit:
            self.add(where, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def between(self, where: str, value: object, least: int, most: int) -> None:
        """Note a fault if a text or list has not between ``least`` and ``most`` parts."""
        if not isinstance(value, (str, list)) or not least <= len(value) <= most:
            self.add(
                where, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."
            )

    def required(self, where: str) -> None:
        """Note that a field is missing."""
        self.add(where, "BASE_TYPE_REQUIRED", "This field is required")

    def refuse_if_any(self) -> None:
        """Raise what was noted.

        Raises:
            ApiError: 50035, if there was a fault.
        """
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)


def invalid(where: str, code: str, message: str) -> ApiError:
    """Return a refusal of one field, code 50035."""
    faults = Faults()
    faults.add(where, code, message)
    return ApiError(400, 50035, "Invalid Form Body", faults._tree)  # noqa: SLF001 - same room
