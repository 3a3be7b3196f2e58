"""The public map: where the next AED is that can be used now, for whoever opens it."""

import pytest
from playwright.sync_api import expect

from tests.support.axe import grave_barriers
from tests.support.chromium import DESK, PHONE, People
from tests.support.service import Service
from tests.support.town import place


def test_shows_the_nearest_aed_that_can_be_used_now_and_the_way_to_it(people: People) -> None:
    page = people.phone("/map/", at=place(-120, -60))
    row = page.get_by_test_id("aed")
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-aed-id", "aed-open")
    row.get_by_role("button").click()
    detail = page.get_by_test_id("aed-detail")
    expect(detail).to_contain_text("一楼大厅服务台")
    expect(detail).to_contain_text("全天 24 小时")
    expect(page.get_by_test_id("walk-steps").get_by_role("listitem")).not_to_have_count(0)
    expect(page.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
