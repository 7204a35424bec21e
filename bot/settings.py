"""What the operator sets, read once from the environment or ``.env``."""

from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.story.tasks import Shard


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
            raise ValueError("shards are numbered from 0 to one less than their count")
        return count

    @property
    def shard(self) -> Shard:
        """Which servers this process serves."""
        return Shard(self.troupe_shard_id, self.troupe_shard_count)
