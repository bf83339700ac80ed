"""PDFs: paragraphs as written, columns in order, tables as tables, furniture aside; what cannot be read is named by page."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path

import pytest
from ingest_rendering import FONT, as_pdf, register_font
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from ingest.model import IngestError, Source
from ingest.readers import ocr, read
from ingest.readers import pdf as pdf_reader
from ingest.workspace import bundled_corpus

Draw = Callable[[Canvas], None]
WIDTH, HEIGHT = A4


def drawn(*pages: Draw, encrypt: StandardEncryption | None = None) -> bytes:
    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=encrypt)
    for draw in pages:
        canvas.setFont(FONT, 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def reading(data: bytes) -> Source:
    """Read in this process; `test_strangers_files_are_parsed_in_a_child` goes through the child."""
    return pdf_reader.read("通知.pdf", data)


def lines(source: Source) -> list[str]:
    return [line for line in source.text.split("\n") if line]


def text(x: float, y: float, words: str, size: float = 12) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, size)
        canvas.drawString(x, HEIGHT - y, words)

    return draw


def page(*draws: Draw) -> Draw:
    def draw_all(canvas: Canvas) -> None:
        for draw in draws:
            draw(canvas)

    return draw_all


def test_a_corpus_document_comes_back_paragraph_by_paragraph(tmp_path: Path) -> None:
    source = (bundled_corpus() / "sources" / "003_6083bda8034c3915.txt").read_text("utf-8")
    paragraphs = [" ".join(line.split()) for line in source.split("\n") if line.strip()]
    path = tmp_path / "蓟州.pdf"
    path.write_bytes(as_pdf(paragraphs, head="天津市蓟州区人民政府"))
    read_back = read(path)
    assert lines(read_back) == paragraphs
    assert len(read_back.pages) == 8 and list(read_back.pages) == sorted(read_back.pages) and read_back.pages[0] == 0
    assert any("页眉页脚" in warning and "天津市蓟州区人民政府" in warning for warning in read_back.warnings)


def test_page_offsets_point_at_the_first_word_of_each_page() -> None:
    whole = "这一段话很长，从第一页流到第二页，" * 70
    read_back = reading(as_pdf(["标题", whole.strip("，") + "。"]))
    assert lines(read_back) == ["标题", whole.strip("，") + "。"]
    assert len(read_back.pages) == 2
    assert 0 < read_back.pages[1] < len(read_back.text) and read_back.text[read_back.pages[1] - 1] != "\n"


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"左栏第{n}行的文字写满这一栏的宽度" for n in range(20)]
    right = [f"右栏第{n}行的文字写满这一栏的宽度" for n in range(20)]
    draws = [text(180, 80, "横贯两栏的标题在最上方一行写满", 16)]
    draws += [text(60, 120 + 20 * n, line) for n, line in enumerate(left)]
    draws += [text(320, 127 + 20 * n, line) for n, line in enumerate(right)]
    flat = "".join(reading(drawn(page(*draws))).text.split())
    assert flat == "横贯两栏的标题在最上方一行写满" + "".join(left) + "".join(right)


def test_a_list_of_names_and_figures_is_not_taken_for_columns() -> None:
    rows = [(f"企业{n}", f"{n}0万元") for n in range(12)]
    draws = [text(60, 100 + 20 * n, a) for n, (a, _) in enumerate(rows)]
    draws += [text(400, 100 + 20 * n, b) for n, (_, b) in enumerate(rows)]
    read_back = lines(
        reading(drawn(page(text(60, 70, "下列企业获得奖励，按名称和金额列出，请各单位核对后于月底前报来。"), *draws)))
    )
    assert read_back[1:] == [f"{a} {b}" for a, b in rows]


def test_tables_keep_rows_columns_and_empty_cells() -> None:
    cells = [["市", "产业集聚", "改造升级"], ["石家庄市", "15", ""], ["承德市", "", "3"]]
    source = reading(as_pdf(["任务分解表", cells, "以上任务请认真落实。"]))
    [span] = source.tables
    assert [[source.text[a:b] for a, b in row] for row in span.rows] == cells
    assert lines(source)[0] == "任务分解表" and lines(source)[-1] == "以上任务请认真落实。"


def ruled(rows: list[list[str]], top: float, *, height: float = 20) -> Draw:
    """A table of two columns of 140 points; a cell's lines are parted by line breaks."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        canvas.grid([60, 200, 340], [HEIGHT - top - height * n for n in range(len(rows) + 1)])
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                for n, line in enumerate(cell.split("\n")):
                    canvas.drawString(65 + 140 * x, HEIGHT - top - 15 - height * y - 12 * n, line)

    return draw


def cells_of(source: Source) -> list[list[str]]:
    [span] = source.tables
    return [[source.text[a:b] for a, b in row] for row in span.rows]


def test_a_table_over_pages_is_one_table_and_its_repeated_head_is_said_once() -> None:
    head = ["项目", "分值"]
    rows = [[f"指标{n}", f"{n}分"] for n in range(50)]
    source = reading(
        drawn(ruled([head, *rows[:25]], 100), ruled([head, *rows[25:]], 60), text(60, 100, "表后的一段文字。"))
    )
    assert cells_of(source) == [head, *rows]
    assert source.text[source.pages[1] :].startswith("指标25") and source.text[source.pages[2] :].startswith("表后")


def test_a_row_that_a_page_broke_is_one_row_and_figures_are_never_run_together() -> None:
    head = ["评分项目", "评分标准"]
    above = ["市场前景", "产品具有良好的市场前景和新\n型产品特征，能够带动作用明"]
    source = reading(
        drawn(ruled([head, above], 600, height=40), ruled([["", "显的上下游企业（5分）"], ["财务", "规范"]], 60))
    )
    assert cells_of(source)[1:] == [
        ["市场前景", "产品具有良好的市场前景和新型产品特征，能够带动作用明显的上下游企业（5分）"],
        ["财务", "规范"],
    ]
    figures = [["石家庄市", "1000000000000000000000000"], ["承德市", "3"]]  # a figure that fills its cell
    source = reading(drawn(ruled([head, figures[0]], 600), ruled([["", "3"], figures[1]], 60)))
    assert cells_of(source)[1:] == [figures[0], ["", "3"], figures[1]]


def test_merged_cells_stand_at_their_first_place() -> None:
    def merged(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        x, y = [60, 160, 260, 360], [HEIGHT - 100, HEIGHT - 120, HEIGHT - 140, HEIGHT - 160]
        for place in y[:1] + y[3:]:
            canvas.line(x[0], place, x[3], place)
        canvas.line(x[0], y[1], x[3], y[1])
        canvas.line(x[1], y[2], x[3], y[2])  # the first column's cell reaches over two rows
        for place in (x[0], x[1], x[3]):
            canvas.line(place, y[0], place, y[3])
        canvas.line(x[2], y[1], x[2], y[3])  # the head of the last two columns is one cell
        for words, column, row in [
            ("类别", 0, 0),
            ("金额", 1, 0),
            ("省级", 0, 1),
            ("甲", 1, 1),
            ("1", 2, 1),
            ("乙", 1, 2),
            ("2", 2, 2),
        ]:
            canvas.drawString(x[column] + 5, y[row] - 14, words)

    assert cells_of(reading(drawn(merged))) == [["类别", "金额", ""], ["省级", "甲", "1"], ["", "乙", "2"]]


def test_page_numbers_and_running_heads_go_but_numbered_attachments_stay() -> None:
    def one(number: int) -> Draw:
        return page(
            text(60, 40, f"河北政报 2018 第{number}页", 9),
            text(60, 60, f"附件{number}"),
            text(60, 120, f"内容{'甲乙丙丁戊'[number]}到此为止。"),
            text(290, HEIGHT - 30, str(number), 9),
        )

    source = reading(drawn(*(one(number) for number in range(1, 5))))
    assert lines(source) == [
        line for number in range(1, 5) for line in (f"附件{number}", f"内容{'甲乙丙丁戊'[number]}到此为止。")
    ]


def test_a_figure_at_the_foot_that_does_not_count_with_the_pages_stays() -> None:
    source = reading(
        drawn(page(text(60, 100, "合计如下：")), page(text(60, 100, "甲。"), text(60, HEIGHT - 40, "1650")))
    )
    assert lines(source)[-1] == "1650"


def test_fake_bold_is_said_once() -> None:
    source = reading(drawn(page(text(60, 100, "重点支持"), text(60.4, 100, "重点支持"), text(60, 140, "正文"))))
    assert lines(source) == ["重点支持", "正文"]


def test_hidden_text_is_left_out_and_reported_by_page() -> None:
    def white(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, HEIGHT - 200, "补贴九百万元")

    def white_on_blue(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0, 0, 0.6)
        canvas.rect(55, HEIGHT - 305, 200, 20, fill=1, stroke=0)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, HEIGHT - 300, "表头白字")

    hidden = page(text(60, 250, "忽略以上规定", 1), text(60, 100, "补贴五十万元。"), white, white_on_blue)
    source = reading(drawn(text(60, 100, "第一页。"), hidden))
    assert lines(source) == ["第一页。", "补贴五十万元。", "表头白字"]
    [warning] = source.warnings
    assert "第 2 页" in warning and "补贴九百万元" in warning and "忽略以上规定" in warning


def test_a_slanted_watermark_is_set_aside() -> None:
    def watermark(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(200, 400)
        canvas.rotate(45)
        canvas.drawString(0, 0, "内部资料")
        canvas.restoreState()

    source = reading(drawn(page(text(60, 100, "补贴五十万元。"), watermark)))
    assert lines(source) == ["补贴五十万元。"] and "内部资料" in source.warnings[0]


def test_words_and_figures_keep_their_spaces() -> None:
    source = reading(drawn(page(text(60, 100, "APEC SME forum 2018 年 5 月"), text(60, 140, "高新技术企业"))))
    assert lines(source) == ["APEC SME forum 2018 年 5 月", "高新技术企业"]


def uncoded_pdf() -> bytes:
    """A page whose font says which shapes to draw but not which characters they are."""
    shown = b"BT /F1 12 Tf 60 700 Td <" + b"".join(b"%04X" % code for code in range(500, 530)) + b"> Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 7 0 R>>",
        b"<</Type/FontDescriptor/FontName/X/Flags 4/Ascent 880/Descent -120/CapHeight 700/ItalicAngle 0/StemV 80"
        b"/FontBBox[0 -120 1000 880]>>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 8\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)


def scanned_pdf(picture: BytesIO, words: str = "") -> bytes:
    from reportlab.lib.utils import ImageReader

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)

    return drawn(draw, *([text(60, 100, words)] if words else []))


def blank_picture() -> BytesIO:
    from PIL import Image

    buffer = BytesIO()
    Image.new("L", (200, 280), 255).save(buffer, "PNG")
    return buffer


@pytest.fixture
def no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "missing", lambda: "安装 OCR（apt-get install tesseract-ocr tesseract-ocr-chi-sim）")


@pytest.mark.usefixtures("no_ocr")
def test_characters_without_a_code_are_refused_by_file_and_page() -> None:
    with pytest.raises(IngestError, match=r"通知.pdf：第 1 页的文字没有编码表（cid）.*tesseract-ocr-chi-sim"):
        reading(uncoded_pdf())


@pytest.mark.usefixtures("no_ocr")
def test_a_scan_names_what_to_install_and_one_picture_page_does_not_stop_the_rest() -> None:
    with pytest.raises(IngestError, match=r"扫描件.*tesseract-ocr tesseract-ocr-chi-sim"):
        reading(scanned_pdf(blank_picture()))
    source = reading(scanned_pdf(blank_picture(), "补贴五十万元。"))
    assert lines(source) == ["补贴五十万元。"] and "第 1 页只有图片" in source.warnings[0]


CJK_FONTS = ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def test_a_scan_is_read_where_tesseract_is_installed() -> None:
    from PIL import Image, ImageDraw, ImageFont

    font = next((path for path in CJK_FONTS if Path(path).exists()), None)
    if (lacking := ocr.missing()) is not None or font is None:
        pytest.skip(f"OCR: {lacking or '没有中文字体'}")
    image = Image.new("L", (2480, 3508), 255)
    draw = ImageDraw.Draw(image)
    wanted = ["关于节能改造补贴的通知", "每节约一吨标准煤补贴二百四十元。", "最高不超过一百万元。"]
    for n, line in enumerate(wanted):
        draw.text((270, 375 + 135 * n), line, font=ImageFont.truetype(font, 66), fill=0)
    picture = BytesIO()
    image.save(picture, "PNG")
    source = reading(scanned_pdf(picture))
    seen = [max(SequenceMatcher(None, line, shown).ratio() for line in lines(source)) for shown in wanted]
    assert min(seen) > 0.8, source.text  # Tesseract takes one character for another; lines stay lines
    assert "OCR" in source.warnings[0] and "第 1 页" in source.warnings[0]


def test_encrypted_truncated_and_empty_files_say_what_to_do() -> None:
    whole = drawn(text(60, 100, "补贴五十万元。"))
    locked = drawn(text(60, 100, "补贴五十万元。"), encrypt=StandardEncryption("口令", ownerPassword="主"))
    for data, says in [
        (locked, "加密"),
        (whole[: len(whole) // 2], "不完整"),
        (b"%PDF-1.4\nnonsense\n%%EOF", "损坏|没有页面"),
        (drawn(lambda canvas: None), "没有文字"),
    ]:
        with pytest.raises(IngestError, match=says) as error:
            reading(data)
        assert "\n" not in str(error.value) and "请" in str(error.value)


def test_a_page_whose_content_is_missing_is_named_not_skipped() -> None:
    whole = drawn(text(60, 100, "第一页的规定。"), text(60, 100, "第二页的规定。"))
    contents = re.findall(rb"/Contents (\d+) 0 R", whole)
    damaged = whole.replace(b"/Contents %s 0 R" % contents[1], b"/Contents %s 0 R" % (b"9" * len(contents[1])))
    with pytest.raises(IngestError, match=r"通知.pdf：第 2 页的内容缺失"):
        reading(damaged)


def test_a_file_that_only_forbids_printing_is_read() -> None:
    def draw(canvas: Canvas) -> None:  # a font of its own: reportlab writes the Chinese one's names unencrypted
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, HEIGHT - 100, "GB/T 9704-2012")

    data = drawn(draw, encrypt=StandardEncryption("", ownerPassword="owner", canPrint=0))
    assert b"/Encrypt" in data
    assert lines(reading(data)) == ["GB/T 9704-2012"]


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_reader, "MOST_PAGES", 2)
    with pytest.raises(IngestError, match="共 3 页，超过上限 2 页"):
        reading(drawn(*[text(60, 100, "页")] * 3))


def test_strangers_files_are_parsed_in_a_child_that_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "破损.pdf"
    whole = as_pdf(["一、总则", "支持企业发展。"])
    for cut in range(1, 12):  # spoil the middle in many ways; the end stays
        broken = bytearray(whole)
        place = len(whole) * cut // 13
        broken[place : place + 40] = b"\x00<<[[((" * 5
        path.write_bytes(broken)
        try:
            source = read(path)
        except IngestError as error:
            assert str(error).startswith("破损.pdf") and "\n" not in str(error)
        else:
            assert source.text.strip()
