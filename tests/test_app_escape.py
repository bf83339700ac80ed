"""What strangers write is shown as written: it is never markup, a link, a formula or a file path."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.app import escape
from qa.app.views import highlighted

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[点我](javascript:alert(1))",
    "![](http://evil.example/pixel.png)",
    "https://evil.example 与 www.evil.example",
    "mail@evil.example",
    ":red[红] :material/delete: :smile:",
    "$\\frac{1}{2}$ 与 $$x$$",
    "# 标题\n> 引用\n- 列表\n1. 一",
    "`code` **粗** _斜_ ~~删~~",
    "&lt;b&gt; &#60;",
    "a\u202eb\u2066c\x00d",
]


class _Seen(HTMLParser):
    """The text a browser would show, and the tags it would make."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags = "", []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def seen(markup: str) -> _Seen:
    parser = _Seen()
    parser.feed(markup)
    parser.close()
    return parser


@given(st.text())
def test_html_shows_any_text_and_makes_no_element(text: str) -> None:
    shown = seen(f"<p>{escape.html(text)}</p>")
    assert shown.tags == ["p"]
    assert shown.text == escape.clean(text)


@given(st.text(alphabet="中<>&\"'=on "), st.text(alphabet="中<>&\"' ", min_size=1, max_size=4))
def test_marking_a_quote_adds_nothing_but_the_mark(text: str, quote: str) -> None:
    shown = seen(highlighted(text, [quote]))
    assert set(shown.tags) <= {"mark"}
    assert "".join(shown.text.split()) == "".join(escape.clean(text).split())


def test_a_quote_is_found_across_line_breaks() -> None:
    assert "<mark>每吨标准煤给予240元</mark>" in highlighted(
        "节能的，每吨标准\n煤给予240元资金补贴", ["每吨标准煤给予240元"]
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_leaves_no_markdown_in_force(text: str) -> None:
    label = escape.label(text)
    assert "\n" not in label
    # every character that Markdown could act on is escaped
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]()*_`<>$#!~|&{}]", re.sub(r"\\([^\w\s]|_)", "", label))
    assert not re.search(r"https?://|www\.|@[a-z]", label)  # nothing is linked by itself
    assert not re.search(r":[a-z]", label)  # no emoji, icon or colour
    assert re.sub(r"\\([^\w\s]|_)", r"\1", label).replace(escape.WORD_JOINER, "") == " ".join(
        escape.clean(text).split()
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "|cmd", " =1", "　=HYPERLINK()", "%0a"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert escape.cell(text).startswith("'")


def test_an_ordinary_cell_is_left_as_it_is() -> None:
    assert escape.cell("节能改造：240元/吨") == "节能改造：240元/吨"


@given(st.text())
def test_a_file_name_holds_no_path(text: str) -> None:
    name = escape.file_name(text, ".docx")
    assert re.fullmatch(r"[^/\\:\x00-\x1f<>|\"?*]+\.docx", name)
    assert not name.startswith(".")
