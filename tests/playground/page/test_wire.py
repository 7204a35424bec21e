import playwright.async_api as driver

from playground.server import Channel


async def test_what_one_types_is_said_and_stays_text(window: driver.Page, inn: Channel) -> None:
    hostile = "<img src=x onerror=alert(1)> & <b>bold</b>"
    box = window.get_by_label("Message", exact=True)
    await box.fill(hostile)
    await box.press("Enter")
    await window.get_by_text(hostile).wait_for()
    assert [one.content for one in inn.messages] == [hostile]
    assert not await window.locator("article img").count()
