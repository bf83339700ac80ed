"""Pictures of every page at both widths: `python tests/e2e/screenshots.py URL FOLDER [PASSWORD]`.

The pictures in the README are made so, from the running app; look at them after a change to the pages.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

QUESTION = "蓟州区一家工业企业节能改造节约了2000吨标准煤，能补贴多少钱"
CALCULATOR = "jizhou-energy-saving-subsidy"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run"]


def settled(page: Any) -> None:
    page.wait_for_selector(".zc-title, .zc-answer")
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(700)


def answer(page: Any, url: str) -> None:
    page.goto(f"{url}/?q={QUESTION}")
    page.wait_for_selector(".zc-figure")


def clause(page: Any, url: str) -> None:
    answer(page, url)
    page.get_by_role("button", name=re.compile(r"\[1\]")).first.click()
    page.wait_for_selector("[role=dialog] .zc-here")


def document(page: Any, url: str) -> None:
    clause(page, url)
    page.get_by_role("button", name="在文档库中阅读全文").click()
    page.wait_for_selector(".zc-text .zc-here")


def calculator(page: Any, url: str) -> None:
    page.goto(f"{url}/calculators?id={CALCULATOR}")
    settled(page)
    page.locator("[data-testid=stSelectbox] input").last.click()
    page.get_by_role("option", name="工业企业", exact=True).click()
    saving = page.get_by_label(re.compile("节能量")).last
    saving.fill("2000")
    saving.press("Enter")
    page.wait_for_selector(".zc-figure")
    page.get_by_text("换一个数会怎样").click()
    page.wait_for_selector("canvas, svg.marks")


def matched(page: Any, url: str) -> None:
    page.goto(f"{url}/match")
    settled(page)
    page.get_by_label(re.compile("所在地区")).last.fill("天津市蓟州区")
    page.keyboard.press("Enter")
    page.get_by_text("更多情况").click()
    saving = page.get_by_label(re.compile("节能量")).last
    saving.fill("2000")
    saving.press("Enter")
    page.locator("[data-testid=stButtonGroup]").first.get_by_text("是", exact=True).click()
    page.get_by_role("button", name="开始匹配").click()
    page.get_by_text("48万元").first.wait_for()
    page.get_by_text("企业画像").first.click()  # folds the form away


def opened(path: str) -> Callable[[Any, str], None]:
    def go(page: Any, url: str) -> None:
        page.goto(f"{url}/{path}")

    return go


VIEWS: dict[str, Callable[[Any, str], None]] = {
    "start": opened(""),
    "answer": answer,
    "clause": clause,
    "document": document,
    "search": opened("search?q=专精特新 奖励"),
    "library": opened("library"),
    "calculators": opened("calculators"),
    "calculator": calculator,
    "match": opened("match"),
    "matched": matched,
    "evaluation": opened("evaluation"),
    "admin": opened("admin"),
}


def main() -> int:
    url, folder = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")):
            for name, go in VIEWS.items():
                context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)
                page = context.new_page()
                go(page, url)
                settled(page)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
