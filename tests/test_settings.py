"""What the operator set wrongly is told with what is allowed, and never with a secret."""

import pytest
from pydantic import ValidationError

from bot.cli import main
from bot.settings import Settings, mistakes


def told(**given):
    with pytest.raises(ValidationError) as failure:
        Settings(_env_file=None, **given)
    return list(mistakes(failure.value))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"troupe_daily_cap_usd": "lots"},
            "TROUPE_DAILY_CAP_USD must be a number, 0 or more; it is ‘lots’.",
        ),
        (
            {"troupe_draft_seconds": "0"},
            "TROUPE_DRAFT_SECONDS must be a number, more than 0; it is ‘0’.",
        ),
        (
            {"troupe_shard_count": "1.5"},
            "TROUPE_SHARD_COUNT must be a whole number, 1 or more, 32,000 at most; it is ‘1.5’.",
        ),
        (
            {"troupe_shard_id": "2", "troupe_shard_count": "2"},
            (
                "TROUPE_SHARD_COUNT must be more than TROUPE_SHARD_ID, as the first shard is 0; "
                "it is ‘2’."
            ),
        ),
        (
            {"troupe_log_level": "loud"},
            "TROUPE_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR; it is ‘loud’.",
        ),
    ],
)
def test_what_a_setting_must_be_is_said(given, sentence):
    assert told(**given) == [sentence]


def test_every_wrong_setting_is_told_at_once():
    assert len(told(troupe_daily_cap_usd="-1", troupe_log_format="xml")) == 2


def test_a_secret_in_the_wrong_line_is_not_told():
    (sentence,) = told(troupe_daily_cap_usd="sk-ant-0123456789-0123456789")
    assert sentence == "TROUPE_DAILY_CAP_USD must be a number, 0 or more."


@pytest.mark.usefixtures("logs_as_before")
def test_run_names_all_that_is_missing_and_the_doctor(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "ANTHROPIC_API_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Set DISCORD_TOKEN and ANTHROPIC_API_KEY in .env")
    assert "make doctor" in said


@pytest.mark.usefixtures("logs_as_before")
def test_the_command_ends_with_what_is_wrong(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TROUPE_DAILY_CAP_USD", "lots")
    assert main(["run"]) == 1
    assert "it is ‘lots’.\n.env.example explains" in capsys.readouterr().err
