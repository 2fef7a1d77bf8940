"""How the channels are, in a real browser: one that does not work is loud, and says what to do."""

import pytest
from playwright.async_api import expect

from router.store import health, switches
from router.store.switches import Switch
from tests.browser.desk import desk, open_ticket, violations
from tests.browser.matters_house import matters_house

WORDS = {
    "en": ("Channels", "Paused", "Credentials refused", "1 channel does not work", "go on with: switchboard",
           "Telegram refuses the token: sic",
           ("Last message 2 hours ago", "provider answered 5 minutes ago", "12 calls left")),
    "zh-CN": ("渠道", "已暂停", "凭据被拒绝", "1 个渠道不可用", "由运维人员暂停，自",
              "Telegram 拒绝了令牌：sic", ("最近消息：2小时前", "服务商最近应答：5分钟前", "配额还剩 12 次")),
}  # fmt: skip


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-CN", "dark")])
async def test_a_paused_channel_and_one_with_dead_credentials_are_told_with_what_to_do(
    tmp_path, chromium, language, theme
):
    async with matters_house(tmp_path) as house:
        await house.told("where is my transfer?", "bob")
        await looked_at(house, chromium, language, theme)


async def looked_at(house, chromium, language, theme):
    title, paused, refused, broken, remedy, said, counts = WORDS[language]
    async with desk(chromium, house.link, language=language, theme=theme) as page:
        place = page.locator("[data-place=channels]")
        await expect(place.locator(".count")).to_have_text("")
        now_ms = house.app.clock.now_ms()
        off = Switch(kind="api", account="default", cause="operator", since_ms=now_ms)
        await house.app.store.write(switches.turn_off(off))
        dead = health.ChannelHealth(
            kind="telegram", account="shop", state="auth_failed", detail="Telegram refuses the token: sic",
            at_ms=now_ms, answered_at_ms=now_ms - 300_000, quota_left=12,
        )  # fmt: skip
        await house.app.store.write(health.report(dead))
        await house.app.store.write(health.heard("telegram", "shop", now_ms - 7_200_000))
        await expect(place.locator(".count.alert")).to_have_attribute("aria-label", broken, timeout=20_000)
        await place.click()
        dialog = page.get_by_role("dialog", name=title)
        first = dialog.locator(".channels > li").first
        await expect(first).to_have_attribute("data-channel", "telegram/shop")
        await expect(first).to_contain_text(refused)
        await expect(first).to_contain_text(said)
        for each in counts:
            await expect(first).to_contain_text(each)
        mine = dialog.locator('[data-channel="api/default"]')
        await expect(mine).to_contain_text(paused)
        await expect(mine).to_contain_text(remedy)
        assert await violations(page) == []


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("zh-CN", "light")])
async def test_the_panel_has_an_address_of_its_own(tmp_path, chromium, language, theme):
    async with matters_house(tmp_path) as house:
        await house.told("where is my transfer?", "bob")
        async with desk(chromium, house.link, language=language, theme=theme) as page:
            await walked(page, WORDS[language][0])


async def walked(page, title):
    dialog, base = page.get_by_role("dialog", name=title), page.url.split("/inbox")[0]
    ticket = await open_ticket(page, "T-1001")
    behind = page.url
    place = page.locator("[data-place=channels]")
    await place.click()
    await expect(dialog).to_be_visible()
    await expect(page).to_have_url(f"{base}/inbox/channels")
    await expect(page.locator(f".thread-pane[data-ticket={ticket}]")).to_be_visible()
    assert await violations(page) == []
    await page.go_back()
    await expect(dialog).to_have_count(0)
    await expect(page).to_have_url(behind)
    await page.go_forward()
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page).to_have_url(behind)
    await expect(place).to_be_visible()

    await page.goto(f"{base}/inbox/channels")  # a colleague sent it
    await expect(dialog.locator("[data-channel]").first).to_be_visible()
    await page.reload()
    await expect(dialog.locator("[data-channel]").first).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button").first.click()
    await expect(dialog).to_have_count(0)
    await expect(page).to_have_url(f"{base}/inbox/all")
    await page.go_back()
    await expect(dialog).to_have_count(0)
    await expect(page).to_have_url(behind)

    await page.goto(f"{base}/inbox/mine")
    await place.click()
    await page.reload()
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(f"{base}/inbox/mine")
    await expect(dialog).to_have_count(0)
    assert await place.get_attribute("href") == "/inbox/channels"
