from pathlib import Path

import playwright.async_api as driver

from playground.browser import leaflet
from playground.page import Page
from playground.server import Channel


async def test_what_one_types_is_said_and_stays_text(window: driver.Page, inn: Channel) -> None:
    hostile = "<img src=x onerror=alert(1)> & <b>bold</b>"
    box = window.get_by_label("Message", exact=True)
    await box.fill(hostile)
    await box.press("Enter")
    await window.get_by_text(hostile).wait_for()
    assert [one.content for one in inn.messages] == [hostile]
    assert not await window.locator("article img").count()


async def test_a_file_leads_to_the_page(
    browser: driver.Browser, site: Page, tmp_path: Path
) -> None:
    context = await browser.new_context()
    window = await context.new_page()
    await window.goto(leaflet(site.address, tmp_path).as_uri())
    await window.wait_for_url(site.address)
    await window.get_by_label("Message", exact=False).first.wait_for()
    await context.close()
