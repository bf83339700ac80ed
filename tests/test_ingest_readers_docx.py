"""Word files: numbers that Word shows, tables with merged cells, nothing shown lost and nothing hidden let in."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from ingest_rendering import save_docx

from ingest.model import IngestError, Source
from ingest.readers import read
from ingest.readers.numbering import spell

Reading = Callable[[Any], Source]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    def save_and_read(document: Any) -> Source:
        path = tmp_path / "通知.docx"
        path.write_bytes(document if isinstance(document, bytes) else save_docx(document))
        return read(path)

    return save_and_read


def lines(source: Source) -> list[str]:
    return [line for line in source.text.split("\n") if line]


def numbered(levels: list[tuple[str, str]], *, extra: str = "") -> Any:
    """A document with one list design, numId 7 (and 8, which starts again), of the given formats and patterns."""
    document = Document()
    numbering = document.part.numbering_part.element
    inner = "".join(
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{extra}</w:lvl>'
        for index, (form, text) in enumerate(levels)
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{inner}</w:abstractNum>'))
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    for number, override in ((70, ""), (80, again)):
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="77"/>{override}</w:num>')
        )
    return document


def item(document: Any, text: str, level: int, number: int = 70) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    )


def test_automatic_numbers_stand_in_the_text_as_word_shows_them(reading: Reading) -> None:
    document = numbered(
        [("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3.")]
    )
    for text, level in [
        ("总则", 0),
        ("目标", 1),
        ("甲项", 2),
        ("乙项", 2),
        ("原则", 1),
        ("丙项", 2),
        ("附则", 0),
        ("其他", 1),
    ]:
        item(document, text, level)
    document.add_paragraph("不编号的一段。")
    assert lines(reading(document)) == [
        "一、总则", "（一）目标", "1.甲项", "2.乙项", "（二）原则", "1.丙项", "二、附则", "（一）其他", "不编号的一段。",
    ]  # fmt: skip


def test_a_second_list_of_the_same_design_starts_again(reading: Reading) -> None:
    document = numbered([("chineseCountingThousand", "第%1条 ")])
    for text, number in [("甲", 70), ("乙", 70), ("丙", 80), ("丁", 80)]:
        item(document, text, 0, number)
    assert lines(reading(document)) == ["第一条 甲", "第二条 乙", "第一条 丙", "第二条 丁"]


def test_numbers_of_upper_levels_and_of_styles_are_followed(reading: Reading) -> None:
    document = numbered([("chineseCountingThousand", "%1、"), ("decimal", "%1.%2")], extra="<w:isLgl/>")
    style = document.styles["Heading 1"].element
    style.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="70"/></w:numPr>'))
    document.add_heading("申报条件", 1)
    item(document, "注册在本市", 1)
    document.add_heading("附则", 1)
    item(document, "解释", 1)
    assert lines(reading(document)) == ["一、申报条件", "1.1 注册在本市", "二、附则", "2.1 解释"]


def test_an_empty_paragraph_and_a_bullet_show_no_number(reading: Reading) -> None:
    document = numbered([("decimal", "%1."), ("bullet", "\uf0b7")])
    item(document, "甲", 0)
    item(document, "点", 1)
    item(document, "", 0)
    assert lines(reading(document)) == ["1.甲", "点"]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (1, "chineseCounting", "一"), (10, "chineseCounting", "十"), (11, "chineseCountingThousand", "十一"),
        (20, "chineseCountingThousand", "二十"), (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"), (1010, "chineseCountingThousand", "一千零一十"),
        (12, "chineseLegalSimplified", "壹拾贰"), (3, "ideographTraditional", "丙"), (12, "ideographZodiac", "亥"),
        (3, "decimalEnclosedCircle", "③"), (2, "decimalEnclosedParen", "⑵"), (12, "decimalFullWidth", "１２"),
        (4, "lowerRoman", "iv"), (1990, "upperRoman", "MCMXC"), (28, "upperLetter", "BB"), (7, "decimalZero", "07"),
        (5, "unheardOf", "5"), (5, "bullet", ""),
    ],
)  # fmt: skip
def test_number_formats(value: int, form: str, shown: str) -> None:
    assert spell(value, form) == shown


def test_a_table_keeps_rows_columns_and_empty_cells(reading: Reading) -> None:
    document = Document()
    document.add_paragraph("任务分解表")
    cells = [["市", "产业集聚", "专精特新"], ["石家庄市", "15", ""], ["承德市", "", "3"]]
    table = document.add_table(3, 3)
    for y, row in enumerate(cells):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    document.add_paragraph("说明")
    source = reading(document)
    [span] = source.tables
    assert [[source.text[a:b] for a, b in row] for row in span.rows] == cells
    assert source.text[span.start : span.end].startswith("市") and source.text[: span.start].strip() == "任务分解表"
    assert source.text[span.end :].strip() == "说明"


def test_merged_cells_stand_at_their_first_place(reading: Reading) -> None:
    document = Document()
    table = document.add_table(3, 3)
    for y in range(3):
        for x in range(3):
            table.cell(y, x).text = f"{y}{x}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "宽"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "高"
    source = reading(document)
    rows = [[source.text[a:b] for a, b in row] for row in source.tables[0].rows]
    assert rows == [["宽", "", "02"], ["10", "11", "高"], ["20", "21", ""]]


def test_a_frame_around_paragraphs_is_no_table(reading: Reading) -> None:
    document = Document()
    frame = document.add_table(1, 1).cell(0, 0)
    frame.text = "一、总则"
    frame.add_paragraph("二、附则")
    source = reading(document)
    assert source.tables == () and lines(source) == ["一、总则", "二、附则"]


def test_links_insertions_text_boxes_notes_and_content_controls_are_kept(reading: Reading) -> None:
    document = Document()
    w = nsdecls("w")
    body = document.element.body
    body.insert(0, parse_xml(f"<w:p {w}><w:r><w:t>详见</w:t></w:r><w:hyperlink><w:r><w:t>省政府网站</w:t></w:r></w:hyperlink>"
                             "<w:ins w:id='1'><w:r><w:t>（新增）</w:t></w:r></w:ins>"
                             "<w:del w:id='2'><w:r><w:delText>（删去）</w:delText></w:r></w:del></w:p>"))  # fmt: skip
    body.insert(
        1, parse_xml(f"<w:sdt {w}><w:sdtContent><w:p><w:r><w:t>控件里的一段</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    )
    box = (
        f"<w:p {w} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'><w:r><w:t>正文</w:t>"
        "<mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p>"
        "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    body.insert(2, parse_xml(box))
    assert lines(reading(document)) == ["详见省政府网站（新增）", "控件里的一段", "正文", "框内"]


def test_hidden_text_and_running_heads_are_set_aside_and_reported(reading: Reading) -> None:
    document = Document()
    paragraph = document.add_paragraph("补贴50万元")
    run = paragraph.add_run("补贴900万元")
    run._r.get_or_add_rPr().append(OxmlElement("w:vanish"))
    document.sections[0].header.paragraphs[0].text = "内部资料"
    source = reading(document)
    assert lines(source) == ["补贴50万元"]
    assert any("隐藏" in line and "900万元" in line for line in source.warnings)
    assert any("页眉页脚" in line and "内部资料" in line for line in source.warnings)


def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "炸弹.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a/>")
        archive.writestr("word/media/x.bin", b"\0" * (301 * 1024 * 1024))
    with pytest.raises(IngestError, match=r"炸弹.docx：解压后过大.*请"):
        read(path)


def test_other_archives_and_broken_parts_are_named(tmp_path: Path, reading: Reading) -> None:
    for member, says in (("xl/workbook.xml", "电子表格"), ("a.txt", "压缩包")):
        path = tmp_path / "别的.docx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "x")
        with pytest.raises(IngestError, match=says):
            read(path)
    whole = save_docx(Document())
    with pytest.raises(IngestError, match="损坏"):
        reading(whole[: len(whole) // 2])
    broken = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<w:document" if name == "word/document.xml" else source.read(name))
    with pytest.raises(IngestError, match=r"通知.docx：文件已损坏"):
        reading(broken.getvalue())


def test_entities_are_not_expanded(reading: Reading) -> None:
    whole = save_docx(Document())
    evil = BytesIO()
    entity = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    with zipfile.ZipFile(BytesIO(whole)) as source, zipfile.ZipFile(evil, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                data = entity + re.sub(rb"<\?xml.*?\?>", b"", data)
                data = data.replace(b"<w:body>", "<w:body><w:p><w:r><w:t>前&x;后</w:t></w:r></w:p>".encode())
            target.writestr(name, data)
    hostname = Path("/etc/hostname").read_text().strip() if Path("/etc/hostname").exists() else "\0"
    assert hostname not in reading(evil.getvalue()).text


def test_empty_documents_say_so(reading: Reading) -> None:
    with pytest.raises(IngestError, match="没有文字"):
        reading(Document())


def test_the_heading_of_a_document_part_keeps_its_breaks(reading: Reading) -> None:
    document = Document()
    paragraph = document.add_paragraph("河北省工业和信息化厅")
    paragraph.add_run().add_break()
    paragraph.add_run("关于开展创建工作的通知")
    assert lines(reading(document)) == ["河北省工业和信息化厅", "关于开展创建工作的通知"]
