"""What the operator sets, read once from the environment or ``.env``."""

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.story.tasks import Shard

_LONGEST_SHOWN = 20
"""Characters of a wrong value that is told: a longer one may be a secret in the wrong line."""


class Settings(BaseSettings):
    """Everything that can be set; each name is explained in ``.env.example``."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    discord_token: SecretStr = Field(default=SecretStr(""))
    discord_api_base: str = ""
    discord_gateway_url: str = ""
    anthropic_api_key: SecretStr = Field(default=SecretStr(""))
    anthropic_base_url: str = "https://api.anthropic.com"
    database_url: str = "sqlite:///data/troupe.db"
    troupe_model: str = "claude-opus-5-5"
    troupe_chores_model: str = "claude-haiku-5-5"
    troupe_daily_cap_usd: float = Field(default=2.0, ge=0)
    troupe_countdown_seconds: float = Field(default=15.0, ge=0)
    troupe_draft_seconds: float = Field(default=180.0, gt=0)
    troupe_shard_id: int = Field(default=0, ge=0)
    troupe_shard_count: int = Field(default=1, ge=1, le=32_000)
    troupe_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    troupe_log_format: Literal["text", "json"] = "text"

    @field_validator("troupe_shard_count")
    @classmethod
    def _holds_the_shard(cls, count: int, info: ValidationInfo) -> int:
        if info.data.get("troupe_shard_id", 0) >= count:
            raise ValueError("more than TROUPE_SHARD_ID, as the first shard is 0")
        return count

    @property
    def shard(self) -> Shard:
        """Which servers this process serves."""
        return Shard(self.troupe_shard_id, self.troupe_shard_count)


def mistakes(error: ValidationError) -> Iterator[str]:
    """A sentence for each setting that is not as it must be: what is allowed, and what it is."""
    for one in error.errors():
        name = str(one["loc"][0]).lower()
        field = Settings.model_fields[name]
        allowed = one["ctx"]["error"] if one["type"] == "value_error" else _allowed(field)
        value = str(one["input"])
        # Numbers and words of a list are no secrets; whatever else is set may be one.
        shown = len(value) <= _LONGEST_SHOWN and field.annotation not in {str, SecretStr}
        yield f"{name.upper()} must be {allowed}{f'; it is ‘{value}’' if shown else ''}."


def _allowed(field: FieldInfo) -> str:
    if words := get_args(field.annotation):
        return f"{', '.join(words[:-1])} or {words[-1]}"
    kind = "a whole number" if field.annotation is int else "a number"
    told = {"ge": "{} or more", "gt": "more than {}", "le": "{:,} at most"}
    bounds = [
        phrase.format(getattr(rule, sign))
        for rule in field.metadata
        for sign, phrase in told.items()
        if hasattr(rule, sign)
    ]
    return ", ".join([kind, *bounds])
