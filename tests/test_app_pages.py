"""Every page, drawn by Streamlit's own test runner over the real corpus."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ingest.model import NodeKind
from qa.app import state
from qa.app.feedback import Feedback

APP = Path(__file__).parents[1] / "app_streamlit.py"
QUESTION = "蓟州区一家工业企业节能改造节约了2000吨标准煤，能补贴多少钱"
Open = Callable[..., AppTest]


@pytest.fixture
def open_app(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of the app, with query parameters, in a session of its own."""
    monkeypatch.setenv("ZHENGCE_HOME", str(workspace))
    monkeypatch.delenv("ZHENGCE_ADMIN_PASSWORD", raising=False)

    def opened(page: str = "ask", **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        if page != "ask":
            app.run()
            app.switch_page(f"qa/app/{state.PAGES[page][0]}")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert fine(app)
        return app

    return opened


def shown(app: AppTest) -> str:
    """All that the page says."""
    parts = [e.proto.body for e in app.get("html")]
    for kind in ("markdown", "caption", "info", "warning", "error", "success"):
        parts += [str(e.value) for e in app.get(kind)]
    parts += [b.label for b in app.button]
    parts += [e.label for e in app.expander]
    return "\n".join(parts)


def fine(app: AppTest) -> bool:
    """Whether the page was drawn without a fault."""
    return not app.exception and state.FAULT not in [e.value for e in app.error]


def button(app: AppTest, words: str) -> Any:
    return next(b for b in app.button if words in b.label)


def ask(app: AppTest, question: str) -> AppTest:
    app.chat_input[0].set_value(question).run()
    assert fine(app)
    return app


@pytest.mark.parametrize("page", list(state.PAGES))
def test_every_page_opens(open_app: Open, page: str) -> None:
    assert 'class="zc-title"' in shown(open_app(page))


# -- 问答 ---------------------------------------------------------------------------------------------------------


def test_an_answer_names_its_clause_and_fills_in_the_calculator(open_app: Open) -> None:
    app = ask(open_app(), QUESTION)
    text = shown(app)
    assert "48万元" in text
    assert any(b.label.startswith("\\[1\\]") for b in app.button)
    assert any(field.value == "2000" for field in app.text_input)


def test_editing_a_figure_works_it_out_again(open_app: Open) -> None:
    app = ask(open_app(), QUESTION)
    next(field for field in app.text_input if field.value == "2000").set_value("3000").run()
    assert "72万元" in shown(app)


def test_a_follow_up_is_asked_in_the_same_conversation(open_app: Open) -> None:
    app = ask(ask(open_app(), QUESTION), "那非工业企业呢")
    assert len(app.session_state["chat"]) == 2
    assert QUESTION in shown(app)


def test_an_example_can_be_clicked(open_app: Open) -> None:
    app = open_app()
    next(b for b in app.button if str(b.key).startswith("example-")).click().run()
    assert fine(app)
    assert len(app.session_state["chat"]) == 1


def test_a_link_with_a_question_answers_it_under_its_filters(open_app: Open) -> None:
    app = open_app(q=QUESTION, region="天津市蓟州区", as_of="2018-12-31")
    [exchange] = app.session_state["chat"]
    assert (exchange.region, exchange.as_of) == ("天津市蓟州区", date(2018, 12, 31))
    assert exchange.answer.question == QUESTION


def test_a_vote_is_stored_with_its_reason(open_app: Open, own_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app()
    monkeypatch.setenv("ZHENGCE_HOME", str(own_workspace))
    ask(app, QUESTION)
    app.feedback[0].set_value(0).run()
    next(s for s in app.selectbox if s.label == "哪里不对？").set_value("数字不对")
    next(b for b in app.button if b.label == "提交").click().run()
    [entry] = Feedback(own_workspace / "feedback.sqlite3").entries("down")
    assert (entry.question, entry.reason) == (QUESTION, "数字不对")


def test_what_the_corpus_does_not_settle_is_said_and_kept(
    open_app: Open, own_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHENGCE_HOME", str(own_workspace))
    app = ask(open_app(), "你好")
    assert app.session_state["chat"][0].answer.abstained
    assert "语料中没有明确规定" in shown(app)
    assert Feedback(own_workspace / "feedback.sqlite3").entries("unanswered")[0].question == "你好"


def test_what_is_typed_is_shown_as_typed(open_app: Open) -> None:
    text = shown(ask(open_app(), "<b onclick=x>专精特新</b> 有什么奖励"))
    assert "&lt;b onclick=x&gt;" in text
    assert "<b onclick" not in text


# -- 条款检索, 文档库 -----------------------------------------------------------------------------------------------


def test_search_groups_clauses_by_document(open_app: Open) -> None:
    app = open_app("search", q="节能改造项目，每吨标准煤给予240元资金补贴")
    assert "240元" in shown(app).split("zc-quote")[1]


def test_a_facet_leaves_only_its_documents(open_app: Open) -> None:
    app = open_app("search", q="中小企业 奖励")
    box = next(m for m in app.multiselect if m.label == "地区")
    assert any(option.startswith("天津市蓟州区（") for option in box.options)
    box.set_value(["天津市蓟州区"]).run()
    opened = [b.key for b in app.button if str(b.key).startswith("doc-")]
    documents = state.engine().documents
    assert opened
    assert {documents[key.removeprefix("doc-")].region for key in opened} == {"天津市蓟州区"}


def test_a_title_that_no_document_has_says_what_to_do(open_app: Open) -> None:
    app = open_app("library")
    app.text_input[0].set_value("火星基地").run()
    assert "请放宽" in shown(app)


def test_the_catalogue_is_searched_by_title(open_app: Open) -> None:
    app = open_app("library")
    app.text_input[0].set_value("蓟州区").run()
    opened = [b for b in app.button if str(b.key).startswith("open-")]
    assert opened
    assert all("蓟州区" in b.label for b in opened)


def test_a_clause_link_shows_the_clause_in_its_document(open_app: Open) -> None:
    engine = state.engine()
    node = next(n for n in engine.nodes.values() if "每吨标准煤给予240元" in n.text)
    text = shown(open_app("library", clause=node.id))
    marked = text.split('class="zc-here"')[1][:400]
    assert "240元" in marked
    assert 'class="zc zc-tree"' in text


def test_every_document_can_be_drawn(open_app: Open) -> None:
    from qa.app import library, views

    engine = state.engine()
    for document in engine.documents.values():
        nodes = engine.store.nodes(document.id)
        assert views.document_html(nodes).startswith('<div class="zc zc-text">')
        assert views.tree_html(nodes)
        assert views.document_badges(document, date(2019, 1, 1))
        assert library.timeline_html(document, date(2019, 1, 1))


@pytest.mark.parametrize("query", [{"clause": "没有/这一条"}, {"doc": "<script>"}])
def test_a_dead_link_says_so_and_shows_the_catalogue(open_app: Open, query: dict[str, str]) -> None:
    text = shown(open_app("library", **query))
    assert "不在库中" in text
    assert "份文件" in text


# -- 计算器 --------------------------------------------------------------------------------------------------------


def test_calculators_are_found_by_words(open_app: Open) -> None:
    app = open_app("calculators")
    app.text_input[0].set_value("蓟州 节能").run()
    assert any("节能" in b.label for b in app.button if str(b.key).startswith("rule-"))


def test_a_form_asks_for_what_is_missing_then_works_it_out(open_app: Open) -> None:
    app = open_app("calculators", id="jizhou-energy-saving-subsidy")
    assert "还需要填写" in shown(app)
    app.selectbox(key="page-jizhou-energy-saving-subsidy-enterprise_type").set_value("industrial")
    app.text_input(key="page-jizhou-energy-saving-subsidy-saving_tce").set_value("2000").run()
    assert "48万元" in shown(app)
    assert "计算步骤" in shown(app)


@pytest.mark.parametrize("typed", ["-5", "很多", "1e99", "=1+1"])
def test_a_wrong_figure_gives_an_error_and_no_result(open_app: Open, typed: str) -> None:
    app = open_app("calculators", id="jizhou-energy-saving-subsidy")
    app.selectbox(key="page-jizhou-energy-saving-subsidy-enterprise_type").set_value("industrial")
    app.text_input(key="page-jizhou-energy-saving-subsidy-saving_tce").set_value(typed).run()
    assert app.error
    assert "zc-figure" not in "".join(e.proto.body for e in app.get("html") if "<style>" not in e.proto.body)


def test_every_calculator_has_a_form(open_app: Open) -> None:
    from qa.app import forms

    rules = forms.rules()
    assert len(rules) > 100
    for id in list(rules)[::20]:
        assert "还需要填写" in shown(open_app("calculators", id=id))


# -- 评测, 管理 ------------------------------------------------------------------------------------------------------


def test_a_question_set_is_run_and_wrong_answers_are_listed(open_app: Open, tmp_path: Path) -> None:
    lines = [
        {
            "id": "a1",
            "question": "蓟州区工业企业节能改造的补贴上限是多少",
            "persona": "enterprise",
            "type": "amount",
            "style": "formal",
            "answer": "300万元",
            "answer_facts": ["300万元"],
            "evidence": [{"file": "003_6083bda8034c3915.txt", "quote": "同一企业补贴金额不超过300万元"}],
        },
        {"id": "a2", "question": "火星基地补贴多少", "persona": "enterprise", "type": "amount", "style": "formal",
         "answer": "9元", "answer_facts": ["9元"],
         "evidence": [{"file": "003_6083bda8034c3915.txt", "quote": "同一企业补贴金额不超过300万元"}]},
    ]  # fmt: skip
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    app = open_app("evaluation")
    app.file_uploader(key="eval-set").set_value(("题.jsonl", data, "application/json"))
    app.run()
    button(app, "开始评测").click().run()
    assert fine(app)
    text = shown(app)
    assert "2 题" in text
    assert "火星基地补贴多少" in text


def test_admin_is_off_by_default(open_app: Open) -> None:
    app = open_app("admin")
    assert "没有开启" in shown(app)
    assert not app.file_uploader


def test_admin_opens_only_with_the_password(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app()
    monkeypatch.setenv("ZHENGCE_ADMIN_PASSWORD", "密码")
    app.switch_page("qa/app/admin.py").run()
    app.text_input[0].set_value("不是")
    button(app, "进入").click().run()
    assert "密码不对" in shown(app)
    assert not app.file_uploader
    app.text_input[0].set_value("密码")
    button(app, "进入").click().run()
    assert app.file_uploader
    assert "密码" not in shown(app).replace("管理密码", "")


def test_a_tables_heads_are_shown_once_and_its_rows_as_rows() -> None:
    from qa.app import views

    engine = state.engine()
    table = next(n for n in engine.nodes.values() if n.kind is NodeKind.TABLE and n.columns)
    rows = [n for n in engine.store.children(table.id) if n.kind is NodeKind.ROW]
    drawn = views.document_html([table, *rows])
    assert drawn.count("<tr") == len(rows) + (0 if rows[0].cells == table.columns else 1)
    assert drawn.count("<th") - drawn.count("<thead") == len(table.columns)
    assert views.tree_html([table, *rows]).count("表：") == 1


def test_a_page_that_fails_says_so_and_keeps_the_details_to_the_log(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = open_app()
    monkeypatch.setattr("qa.engine.Engine.ask", lambda *_, **__: 1 / 0)
    app.chat_input[0].set_value(QUESTION).run()
    assert [e.value for e in app.error] == [state.FAULT]
    assert "ZeroDivisionError" not in shown(app)
    assert "ZeroDivisionError" in caplog.text


# -- 政策匹配与自测 --------------------------------------------------------------------------------------------------


def test_a_profile_is_matched_and_each_policy_opens_its_self_test(open_app: Open) -> None:
    app = open_app("match")
    app.selectbox(key="profile-0-region").set_value("天津市蓟州区")
    app.text_input(key="profile-0-energy_saving_tce").set_value("2000")
    button(app, "开始匹配").click().run()
    assert fine(app)
    report = app.session_state["match-report"]
    assert report.region == "天津市蓟州区"
    text = shown(app)
    assert "自测" in text
    assert "政策日历" in [tab.label for tab in app.tabs]
    assert report.policies[0].title in text.replace("&quot;", '"')


def test_a_profile_without_a_region_says_what_is_missing(open_app: Open) -> None:
    app = open_app("match")
    button(app, "开始匹配").click().run()
    assert any("所在地区" in e.value for e in app.error)


def test_a_saved_profile_fills_the_form_again(open_app: Open) -> None:
    data = json.dumps({"region": "河北省", "staff": 120, "honours": ["中国驰名商标"]}, ensure_ascii=False).encode()
    app = open_app("match")
    app.file_uploader(key="profile-file-0").set_value(("画像.json", data, "application/json"))
    app.run()
    assert fine(app)
    assert app.selectbox(key="profile-1-region").value == "河北省"
    assert app.text_input(key="profile-1-staff").value == "120"
    assert app.multiselect(key="profile-1-honours").value == ["中国驰名商标"]


def test_a_file_that_is_no_profile_says_so(open_app: Open) -> None:
    app = open_app("match")
    app.file_uploader(key="profile-file-0").set_value(("画像.json", b"{not json", "application/json"))
    app.run()
    assert any("JSON" in e.value for e in app.error)
