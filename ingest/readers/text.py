"""Plain text: which encoding, decided so that short Chinese files come out right; the text itself stays as it is."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from ingest.model import IngestError, Source

_MARKS = (  # longest first: the mark of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5")
_SAMPLE = 20_000  # characters that are judged
_PLAUSIBLE = 0.6  # of the characters are everyday ones; text in a wrong encoding stays below a third
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")


def read(name: str, data: bytes) -> Source:
    """Decode a text file."""
    from ingest.readers import digest

    text, encoding, warnings = decode(name, data)
    return Source(name, digest(data), "text", text, encoding, warnings=warnings)


def decode(name: str, data: bytes, declared: str | None = None) -> tuple[str, str, tuple[str, ...]]:
    """Text, encoding and warnings. `declared` is what the file says of itself (HTML) and is believed if it fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return _text_only(name, data.decode(encoding)), encoding, ()
            except UnicodeDecodeError:
                return _with_gaps(name, data, encoding)
    scores = {}
    for encoding in dict.fromkeys(filter(None, (_known(declared), *_CANDIDATES))):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, ValueError):
            continue
        if not _binary(text) and (score := plausibility(text)) >= _PLAUSIBLE:
            scores[encoding] = score
    if scores:
        # UTF-8 hardly ever fits by chance, except for a few bytes of GB18030 that look like accented letters
        best = max(scores, key=lambda encoding: scores[encoding] + (0.3 if encoding in {"utf-8", declared} else 0.0))
        return _text_only(name, data.decode(best)), best, ()
    if b"\x00" not in data:
        for encoding in ("utf-8", "gb18030"):
            text = data.decode(encoding, "replace")
            # a cut or spoilt character here and there, not another encoding
            if text.count("\ufffd") <= max(1, len(text) // 500) and plausibility(text) >= _PLAUSIBLE:
                return _with_gaps(name, data, encoding)
        try:
            return _text_only(name, data.decode("utf-8")), "utf-8", ()  # valid, if in an unusual script
        except UnicodeDecodeError:
            pass
    raise IngestError(
        f"{name}：不是文本文件，或编码不能识别（可读 UTF-8、GB18030、UTF-16）：请用记事本另存为 UTF-8 文本后再导入"
    )


def plausibility(text: str) -> float:
    """Share of the characters that everyday Chinese text is made of: common ideographs, ASCII, Chinese punctuation."""
    sample = [char for char in text[:_SAMPLE] if not char.isspace()]
    if not sample:
        return 1.0 if text.strip("\x00") else 0.0
    everyday = _everyday()
    return sum(char in everyday for char in sample) / len(sample)


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    """ASCII, the marks and the 3,755 first-level ideographs of GB 2312, and the 5,401 common ones of Big5."""
    chars = {chr(code) for code in range(0x20, 0x7F)} | set("—·…～＂―￥")
    rows = {"gb2312": (range(0xA1, 0xD8), range(0xA1, 0xFF)), "big5": (range(0xA4, 0xC7), range(0x40, 0xFF))}
    for encoding, (leads, trails) in rows.items():
        for lead in leads:
            if encoding == "gb2312" and 0xA4 <= lead <= 0xAF:
                continue  # kana, Greek, Cyrillic: what wrong decodings are full of
            chars.update(bytes((lead, trail)).decode(encoding, "ignore") for trail in trails)
    return frozenset(char for char in chars if len(char) == 1)


def _known(encoding: str | None) -> str | None:
    if encoding is None:
        return None
    encoding = encoding.strip().lower()
    encoding = "gb18030" if encoding in {"gb2312", "gbk", "gb_2312-80", "cp936", "x-gbk"} else encoding
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, ValueError):
        return None
    return codec.name if getattr(codec, "_is_text_encoding", True) else None


def _binary(text: str) -> bool:
    """Control characters tell; a stray one in a long text does not."""
    return len(_CONTROL.findall(text)) > len(text) // 1000


def _text_only(name: str, text: str) -> str:
    if _binary(text):
        raise IngestError(f"{name}：含有二进制内容，不是文本文件：支持 txt、md、html、docx、pdf，请另存后再导入")
    if not text.strip():
        raise IngestError(f"{name}：文件里没有文字：请检查文件是否完整")
    return text


def _with_gaps(name: str, data: bytes, encoding: str) -> tuple[str, str, tuple[str, ...]]:
    text = _text_only(name, data.decode(encoding, "replace"))
    line = text.count("\n", 0, text.index("\ufffd")) + 1
    warning = f"第 {line} 行起有 {text.count(chr(0xFFFD))} 处无法解码的字节，以“\ufffd”代替：请对照原件"
    return text, encoding, (warning,)
