"""What a person does in the app, done by a browser against a served workspace with the real corpus."""

from __future__ import annotations

import re
from typing import Any

from ingest_rendering import as_pdf

from qa.app.state import FAULT

from .conftest import PASSWORD, READY, Server

QUESTION = "蓟州区工业企业节能改造每节约一吨标准煤补贴多少"
PAGES = ["", "search", "library", "calculators", "match", "evaluation", "admin"]


def settled(page: Any) -> None:
    """Wait until the page has drawn what it was going to draw."""
    page.wait_for_selector(".zc-title, .zc-answer")
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.get_by_text(FAULT).count() == 0


def in_view(page: Any, selector: str) -> None:
    """Wait until the element stands in the window without anyone scrolling."""
    page.wait_for_function(
        """s => { const e = document.querySelector(s); if (!e) return false;
        const r = e.getBoundingClientRect(); return r.bottom > 60 && r.top < innerHeight; }""",
        arg=selector,
    )


def ask(page: Any, question: str) -> None:
    before = page.locator(".zc-answer").count()
    page.locator("[data-testid=stChatInputTextArea]").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.zc-answer').length >= {before + 2}")
    settled(page)


def test_the_server_is_ready_in_ten_seconds(server: Server) -> None:
    assert server.ready_after < READY


def test_from_a_question_to_its_clause_to_its_document(server: Server, page: Any) -> None:
    page.goto(server.url)
    settled(page)
    ask(page, QUESTION)
    assert "240元" in page.locator(".zc-answer").last.inner_text()
    page.get_by_role("button", name=re.compile(r"\[1\]")).first.click()
    here = page.locator("[role=dialog] .zc-here").first
    here.wait_for()
    assert "240元" in here.inner_text()
    in_view(page, "[role=dialog] .zc-here")
    page.get_by_role("button", name="在文档库中阅读全文").click()
    page.wait_for_url("**/library?clause=*")
    page.locator(".zc-text .zc-here").first.wait_for()
    assert "240元" in page.locator(".zc-text .zc-here").first.inner_text()
    in_view(page, ".zc-text .zc-here")
    assert page.locator(".zc-tree a").count() > 3


def test_the_linked_calculator_answers_to_other_figures(server: Server, page: Any) -> None:
    page.goto(server.url)
    settled(page)
    ask(page, "蓟州区一家工业企业节能改造节约了2000吨标准煤，能补贴多少钱")
    figure = page.locator(".zc-figure").last
    figure.wait_for()
    assert "48万元" in figure.inner_text()
    saving = page.get_by_label(re.compile("节能量")).last
    saving.fill("3000")
    saving.press("Enter")
    page.wait_for_function("[...document.querySelectorAll('.zc-figure')].some(e => e.innerText.includes('72万元'))")


def test_a_sent_link_opens_the_same_clause(server: Server, page: Any) -> None:
    page.goto(f"{server.url}/?q={QUESTION}")
    settled(page)
    page.get_by_role("button", name=re.compile(r"\[1\]")).first.click()
    page.locator("[role=dialog] .zc-here").first.wait_for()
    link = page.locator("[role=dialog] [data-testid=stCode]").filter(has_text="clause=")
    page.goto("".join(link.inner_text().split()))
    page.locator(".zc-text .zc-here").first.wait_for()
    assert "240元" in page.locator(".zc-text .zc-here").first.inner_text()


def test_search_narrows_by_facets_and_opens_a_clause(server: Server, page: Any) -> None:
    page.goto(f"{server.url}/search?q=融资担保")
    settled(page)
    page.locator(".zc-quote").first.wait_for()
    page.get_by_role("button", name="原文").first.click()
    page.locator("[role=dialog] .zc-here").first.wait_for()


def test_a_pdf_is_taken_in_and_answers_a_question(server: Server, page: Any, tmp_path: Any) -> None:
    marker = "<img src=x onerror=document.title='被执行'>"
    blocks = [
        "海州市人民政府办公室关于支持风筝产业发展的通知",
        "海政办发〔2020〕7号",
        "各县人民政府，市政府有关部门：",
        "为支持风筝产业发展，现将有关事项通知如下：",
        "一、支持新品开发",
        f"对新开发风筝产品的企业，每个品种奖励37万元。{marker}",
        "二、支持开拓市场",
        "对参加境外风筝展会的企业，按展位费的45%给予补贴，每家企业每年最高9万元。",
        "海州市人民政府办公室",
        "2020年3月5日",
    ]
    path = tmp_path / "风筝 <b>通知.pdf"
    path.write_bytes(as_pdf(blocks))
    page.goto(f"{server.url}/admin")
    page.get_by_label("管理密码").fill("不对")
    page.get_by_role("button", name="进入").click()
    page.get_by_text("密码不对").wait_for()
    page.get_by_label("管理密码").fill(PASSWORD)
    page.get_by_role("button", name="进入").click()
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_text("切分结果").wait_for()
    page.get_by_role("button", name="确认入库").click()
    page.get_by_text("已入库").wait_for()
    assert page.title() != "被执行"
    page.goto(server.url)
    settled(page)
    ask(page, "海州市企业新开发一个风筝品种奖励多少")
    assert "37万元" in page.locator(".zc-answer").last.inner_text()
    assert page.title() != "被执行"
    assert page.locator(".zc img").count() == 0


def test_an_enterprise_finds_its_policies_and_the_calculator_filled_in(server: Server, page: Any) -> None:
    page.goto(f"{server.url}/match")
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
    page.get_by_text("自测、办理清单与依据").first.click()
    page.get_by_text("须不低于 1000吨标准煤").first.wait_for()
    page.get_by_role("button", name="打开计算器").first.click()
    page.wait_for_url("**/calculators?id=*")
    page.locator(".zc-figure").first.wait_for()
    assert "48万元" in page.locator(".zc-figure").first.inner_text()


def test_nothing_typed_is_run(server: Server, page: Any) -> None:
    page.goto(server.url)
    settled(page)
    ask(page, "<img src=x onerror=document.title='被执行'> [点](javascript:alert(1)) $x$ 专精特新企业有什么奖励")
    assert page.title() != "被执行"
    assert page.locator(".zc img, .zc a[href^='javascript']").count() == 0
    assert "<img src=x" in page.locator(".zc-asked").last.inner_text()


def test_two_people_see_only_their_own_conversation(server: Server, page: Any, browser: Any) -> None:
    page.goto(server.url)
    settled(page)
    ask(page, QUESTION)
    other = browser.new_page()
    other.goto(server.url)
    settled(other)
    assert other.locator(".zc-answer").count() == 0
    other.close()


def test_every_page_fits_a_desk_and_a_phone(server: Server, page: Any) -> None:
    for name in PAGES:
        page.goto(f"{server.url}/{name}")
        settled(page)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.wait_for_timeout(400)  # the side bar folds away
            spare = page.evaluate("(({scrollWidth: a, clientWidth: b}) => a - b)(document.querySelector('.stMain'))")
            assert spare <= 1, f"/{name} is {spare} px too wide at {width}"
            header = page.locator("header").first.bounding_box()
            title = page.locator(".zc-title").first.bounding_box()
            assert title["y"] >= header["y"] + header["height"] - 1, f"/{name}: the title is hidden at {width}"


def test_the_keyboard_alone_suffices_to_ask(server: Server, page: Any) -> None:
    page.goto(server.url)
    settled(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.testid") == "stChatInputTextArea":
            break
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.zc-answer').length >= 2")
