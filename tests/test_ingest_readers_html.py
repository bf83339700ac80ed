"""Web pages: what a visitor sees, with list numbers and tables; scripts, menus and hidden text stay out."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.model import IngestError, Source
from ingest.readers import read


def reading(tmp_path: Path, markup: str | bytes, name: str = "通知.html") -> Source:
    path = tmp_path / name
    path.write_bytes(markup.encode("utf-8") if isinstance(markup, str) else markup)
    return read(path)


def lines(source: Source) -> list[str]:
    return [line for line in source.text.split("\n") if line]


def test_blocks_are_lines_and_scripts_styles_and_menus_are_dropped(tmp_path: Path) -> None:
    source = reading(
        tmp_path,
        """<!DOCTYPE html><html><head><title>关于补贴的通知_某某政府网</title><style>p{color:red}</style>
        <script>var x = "秘密";</script></head><body><nav><a>首页</a></nav><!-- 批注 -->
        <h1>关于补贴的通知</h1><div>各市：<p>一、每节约一吨标准煤<br>补贴<b>240</b>元，详见<a href="http://x">附件</a>。</p>
        尾注</div><form><select><option>选项</option></select></form></body></html>""",
    )
    assert source.format == "html"
    assert lines(source) == ["关于补贴的通知", "各市：", "一、每节约一吨标准煤", "补贴240元，详见附件。", "尾注"]


def test_a_title_that_the_page_does_not_show_comes_first(tmp_path: Path) -> None:
    source = reading(
        tmp_path, "<html><head><title>冀政办〔2018〕1号文件</title></head><body><p>各市：</p></body></html>"
    )
    assert lines(source) == ["冀政办〔2018〕1号文件", "各市："]


def test_ordered_lists_show_their_numbers(tmp_path: Path) -> None:
    source = reading(
        tmp_path,
        "<html><ol start=3><li>丙</li><li>丁<ol type=a><li>小</li></ol></li></ol><ul><li>点</li></ul><ol><li>甲</li></ol></html>",
    )
    assert lines(source) == ["3. 丙", "4. 丁", "a. 小", "点", "1. 甲"]


def test_tables_keep_columns_empty_and_merged_cells(tmp_path: Path) -> None:
    source = reading(
        tmp_path,
        """<html><body><p>前</p><table><caption>奖励标准</caption>
        <thead><tr><th colspan=2>类别</th><th>金额</th></tr></thead>
        <tr><td rowspan="2">省级</td><td>中心<br>实验室</td><td>50万元</td></tr>
        <tr><td></td><td>30<p>万元</p></td></tr></table><p>后</p></body></html>""",
    )
    [span] = source.tables
    rows = [[source.text[a:b] for a, b in row] for row in span.rows]
    assert rows == [["类别", "", "金额"], ["省级", "中心实验室", "50万元"], ["", "", "30万元"]]
    assert lines(source)[:2] == ["前", "奖励标准"] and lines(source)[-1] == "后"


def test_tables_that_only_lay_out_the_page_are_text(tmp_path: Path) -> None:
    inner = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
    source = reading(tmp_path, f"<html><table><tr><td>左栏</td><td>正文{inner}</td></tr></table></html>")
    assert lines(source) == ["左栏", "正文", "甲\t1", "乙\t2"] and len(source.tables) == 1


def test_hidden_text_is_left_out_and_reported(tmp_path: Path) -> None:
    source = reading(tmp_path, '<html><p>补贴50万元</p><p style="display: none">补贴900万元</p><p hidden>旧</p></html>')
    assert lines(source) == ["补贴50万元"]
    assert "补贴900万元；旧" in source.warnings[0]


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "utf-8", "nonsense", "hex", None])
def test_the_true_encoding_is_found_whatever_the_page_declares(tmp_path: Path, declared: str | None) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    markup = f"<html><head>{meta}<title>x</title></head><body><p>奖励企业五十万元，镕基</p></body></html>"
    for encoding in ("gb18030", "utf-8"):
        source = reading(tmp_path, markup.encode(encoding))
        assert lines(source)[-1] == "奖励企业五十万元，镕基" and source.encoding in {encoding, "gbk", "gb2312"}


def test_xhtml_with_a_declaration_and_pages_without_suffix_are_read(tmp_path: Path) -> None:
    markup = '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>补贴</p></body></html>'
    assert lines(reading(tmp_path, markup, "页面.txt")) == ["补贴"]


def test_pages_made_to_harm_end_in_text_or_one_line(tmp_path: Path) -> None:
    for markup in (
        "<div>" * 50_000 + "深" + "</div>" * 50_000,
        "<table><tr><td colspan=99999 rowspan=99999>大</td><td>x</td></tr><tr><td>y</td></tr></table>" * 3,
        "<html>" + "<tr><td>" * 3000,
        "<html><body>&#0;&#x1F600;&bogus;<p>文</p>",
    ):
        try:
            source = reading(tmp_path, markup)
        except IngestError as error:
            assert "\n" not in str(error)
        else:
            assert source.text.strip()


def test_a_very_long_paragraph_is_read_to_its_end(tmp_path: Path) -> None:
    text = "支持企业发展，" * 600_000 + "到此为止。"  # beyond 10 MB, where the parser would stop in silence
    assert reading(tmp_path, f"<html><p>{text}</p></html>").text.rstrip() == text


def test_an_empty_page_says_so(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="没有"):
        reading(tmp_path, "<html><body><script>x</script></body></html>")
