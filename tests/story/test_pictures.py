from datetime import timedelta

import pytest

from bot.story.errors import InvalidError
from bot.story.pictures import MARGIN, MAX_PICTURE, expires_at, is_stale, kind_of
from tests.fakes import NOW

CDN = "https://cdn.discordapp.com/attachments/1/2/a.png"


def signed(after: timedelta) -> str:
    return f"{CDN}?ex={int((NOW + after).timestamp()):x}&is=1&hm=2&"


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"\xff\xd8\xff\xe0....", "jpg"),
        (b"GIF89a....", "gif"),
        (b"GIF87a....", "gif"),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "webp"),
    ],
)
def test_a_picture_is_known_by_its_bytes(content: bytes, ending: str) -> None:
    assert kind_of(content) == ending


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"RIFF....WAVE", b"MZ\x90", b"PNG"])
def test_what_is_no_picture(content: bytes) -> None:
    with pytest.raises(InvalidError, match="no PNG"):
        kind_of(content)


def test_a_picture_that_is_too_large() -> None:
    with pytest.raises(InvalidError, match="2 MiB"):
        kind_of(b"GIF89a" + bytes(MAX_PICTURE))


def test_addresses_of_files_end_and_others_do_not() -> None:
    assert expires_at(signed(timedelta(hours=1))) == NOW + timedelta(hours=1)
    assert not is_stale(signed(timedelta(hours=1)), NOW)
    assert is_stale(signed(MARGIN), NOW)
    assert is_stale(signed(timedelta(hours=-1)), NOW)
    for url in ("", CDN, f"{CDN}?ex=zz", f"{CDN}?ex={'f' * 40}", "https://a.example/b.png?ex=1"):
        assert not is_stale(url, NOW)
