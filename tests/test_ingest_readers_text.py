"""Text files come out as they were written, whatever encoding; what is no text is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import IngestError
from ingest.readers import read
from ingest.readers.text import decode
from ingest.workspace import bundled_corpus

SOURCES = sorted((bundled_corpus() / "sources").glob("*.txt"))
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name[:3])
def test_the_corpus_is_read_verbatim(path: Path) -> None:
    source = read(path)
    assert source.text == path.read_bytes().decode("utf-8") and source.name == path.name
    assert (source.format, source.encoding, source.warnings) == ("text", "utf-8", ())


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("length", [8, 20, 60, 2000])
def test_short_pieces_of_policy_are_read_in_every_encoding(encoding: str, length: int) -> None:
    text = SOURCES[3].read_text("utf-8")
    for start in range(0, 4000, 97):
        piece = text[start : start + length].strip()
        if len(piece) >= 8:
            assert decode("短.txt", piece.encode(encoding))[0] == piece


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", ["补贴", "联通", "补贴240元。", "第一条 支持\n", "——创新", "A级企业", "奖励 50 万元"])
def test_a_word_or_two_is_enough(text: str, encoding: str) -> None:
    assert decode("短.txt", text.encode(encoding))[0] == text


@pytest.mark.parametrize(
    "text", ["plain English text\n", "1,2,3\n4,5,6", "臺北市政府公告：補助辦法自即日起施行。", "ＡＢＣ１２３条"]
)
def test_other_text_is_read_too(text: str) -> None:
    assert decode("x.txt", text.encode("utf-8"))[0] == text


def test_traditional_chinese_in_big5_is_read() -> None:
    text = "臺北市政府公告：補助辦法自即日起施行，每件補助新臺幣五萬元。"
    assert decode("x.txt", text.encode("big5"))[:2] == (text, "big5")


def test_a_spoilt_byte_is_named_with_its_line() -> None:
    lines = "第一条 支持企业发展。\n" * 300
    data = bytearray(lines.encode("utf-8"))
    data[data.index("第".encode(), 4000)] = 0xFF
    text, encoding, warnings = decode("坏.txt", bytes(data))
    assert encoding == "utf-8" and "\ufffd" in text and len(warnings) == 1
    line = text[: text.index("\ufffd")].count("\n") + 1
    assert f"第 {line} 行" in warnings[0]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("空.txt", b"", "空的"),
        ("白.txt", b"  \n\n \t", "没有文字"),
        ("图.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "不是文本文件"),
        ("零.txt", b"\x00" * 4000, "不是文本文件"),
        ("程序.txt", b"\x7fELF\x02\x01\x01" + b"\x00\x01\x02\x03" * 500, "不是文本文件"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "另存为 .docx"),
        ("密.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "加密"),
        ("格式.rtf", rb"{\rtf1\ansi text}", "另存为 .docx"),
        ("断.docx", b"PK\x03\x04" + b"\x14" * 100, "损坏或被截断"),
        ("假.docx", "不是Word".encode(), "不是完整的 DOCX"),
        ("假.pdf", "不是PDF".encode(), "不是完整的 PDF"),
    ],
)
def test_what_cannot_be_read_says_what_and_what_to_do(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(IngestError, match=says) as error:
        read(path)
    message = str(error.value)
    assert message.startswith(name) and "\n" not in message and "请" in message
    assert str(tmp_path) not in message, "the name of a file, not where the user keeps it"


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="没有这个文件"):
        read(tmp_path / "没有.txt")
    with pytest.raises(IngestError, match="不是普通文件"):
        read(tmp_path)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(101 * 1024 * 1024)
    with pytest.raises(IngestError, match="文件过大"):
        read(path)


def test_markdown_is_kept_verbatim(tmp_path: Path) -> None:
    path = tmp_path / "通知.md"
    path.write_text("# 通知\n\n| 类别 | 金额 |\n|---|---|\n| 省级 | 50万元 |\n", encoding="utf-8")
    source = read(path)
    assert source.format == "markdown" and source.text == path.read_text("utf-8")


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_one_line(data: bytes) -> None:
    try:
        text, encoding, _ = decode("任意.txt", data)
    except IngestError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(text, str) and data.decode(encoding, "replace") == text
