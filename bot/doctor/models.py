"""What the service of the model says: the key, and whether both models are alive."""

from collections.abc import AsyncIterator

from bot.doctor.findings import Finding, bad, fine, odd
from bot.narrator import ClaudeNarrator, Service
from bot.settings import Settings
from bot.story.errors import NarratorError, NarratorMisconfiguredError


async def examine_models(settings: Settings) -> AsyncIterator[Finding]:
    """Whether each model can be asked."""
    if not settings.anthropic_api_key.get_secret_value():
        yield bad(
            "key",
            "ANTHROPIC_API_KEY is not set: https://platform.claude.com → API keys → Create Key, "
            "and put it into .env.",
        )
        return
    for setting, model in (
        ("TROUPE_MODEL", settings.troupe_model),
        ("TROUPE_CHORES_MODEL", settings.troupe_chores_model),
    ):
        yield await _examine(settings, setting, model)


async def _examine(settings: Settings, setting: str, model: str) -> Finding:
    key = settings.anthropic_api_key.get_secret_value()
    narrator = await ClaudeNarrator.open(
        Service(api_key=key, base_url=settings.anthropic_base_url, model=model)
    )
    try:
        found = await narrator.check()
    except NarratorMisconfiguredError as error:
        return bad("model", f"{setting}={model} cannot be asked: {error}")
    except NarratorError as error:
        return odd("model", f"{setting}={model} gives no answer for now: {error}")
    finally:
        await narrator.close()
    if found.retires_at:
        return odd(
            "model",
            f"{setting}={model} is alive until {found.retires_at}: choose a newer one before then.",
        )
    return fine("model", f"{setting}={model} is alive, and takes the key.")
