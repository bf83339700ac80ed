"""What people take away names its sources in the usual form, and runs nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

from docx import Document as Word
from lxml import etree
from openpyxl import load_workbook

from qa.app import export
from qa.model import Answer, Citation, Validity

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def cited(n: int = 1, title: str = "关于支持企业的通知", **more: object) -> Citation:
    fields = {
        "n": n,
        "clause_id": f"c{n}",
        "document_id": "d",
        "document": title,
        "doc_no": "某政〔2018〕1号",
        "issuer": "某市人民政府",
        "region": "某市",
        "path": ["三、政策扶持", "（四）"],
        "source": "a.txt",
        "start": 0,
        "end": 9,
        "text": "每吨给予240元补贴。",
        "validity": Validity.on(date(2019, 1, 1), None, date(2020, 12, 31)),
        "quote": "每吨给予240元",
    }
    return Citation.model_validate({**fields, **more})


def answered(**more: object) -> Answer:
    fields = {
        "question": "每吨补多少？",
        "answer": "每吨240元。[1]",
        "abstained": False,
        "confidence": 0.9,
        "citations": [cited()],
    }
    return Answer.model_validate({**fields, **more})


def test_a_reference_names_issuer_title_number_place_and_words() -> None:
    line = export.citation(cited(), "每吨给予240元")
    assert line == (
        "某市人民政府：《关于支持企业的通知》（某政〔2018〕1号），三、政策扶持 （四），“每吨给予240元”，有效期至2020年12月31日。"
    )


def test_the_plain_copy_lists_every_source() -> None:
    text = export.plain(answered(warnings=["已到期"]))
    assert text.startswith("每吨补多少？\n\n每吨240元。[1]")
    assert "[1] 某市人民政府：《关于支持企业的通知》" in text
    assert "注意：已到期" in text


def test_markdown_marks_become_footnotes() -> None:
    text = export.markdown([answered()])
    assert "每吨240元。[^1-1]" in text
    assert "\n[^1-1]: 某市人民政府：" in text


def test_markdown_carries_no_markup_of_strangers() -> None:
    evil = answered(question="[x](javascript:1) <b>", citations=[cited(title="<script>a</script> ![](http://e.cn)")])
    text = export.markdown([evil])
    assert "<script>" not in text.replace("\\<", "＜")
    assert "](" not in text.replace("\\]\\(", "")
    assert "http://" not in text


def test_word_has_a_real_footnote_for_every_mark() -> None:
    data = export.docx(
        [answered(answer="每吨240元。[1]封顶300万元。[2]", citations=[cited(1), cited(2, "另一<文件>&")])]
    )
    Word(io.BytesIO(data))  # Word's own reader takes it
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
        notes = etree.fromstring(package.read("word/footnotes.xml"))
        assert b"footnotes+xml" in package.read("[Content_Types].xml")
        assert b"footnotes.xml" in package.read("word/_rels/document.xml.rels")
    used = [e.get(f"{W}id") for e in body.iter(f"{W}footnoteReference")]
    texts = {e.get(f"{W}id"): "".join(t.text or "" for t in e.iter(f"{W}t")) for e in notes.iter(f"{W}footnote")}
    assert used == ["1", "2"]
    assert "《关于支持企业的通知》" in texts["1"]
    assert "《另一<文件>&》" in texts["2"]


def test_word_survives_characters_that_xml_forbids() -> None:
    data = export.docx([answered(question="a\x00\x0b\ud800b", citations=[])])
    assert Word(io.BytesIO(data)).paragraphs[0].text == "ab"


def test_a_mark_without_a_source_stays_text() -> None:
    assert "\\[7\\]" in export.markdown([answered(answer="见[7]")])


HOSTILE = [["=cmd|' /C calc'!A0", "+1", "@x", "正常"], [Decimal("-1.5"), 3, True, None]]


def test_csv_runs_no_formula_and_keeps_numbers() -> None:
    text = export.csv_bytes(["=列", "b", "c", "d"], HOSTILE).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "'=列"
    assert rows[1] == ["'=cmd|' /C calc'!A0", "'+1", "'@x", "正常"]
    assert rows[2] == ["-1.5", "3", "是", ""]


def test_xlsx_holds_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(export.xlsx_bytes(["=列", "b", "c", "d"], HOSTILE))).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet["A3"].value == -1.5
