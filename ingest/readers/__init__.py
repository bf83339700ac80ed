"""Readers: a user's file, whatever its format → `Source`, the decoded text with its pages and tables.

`read(path)` is the one way in. PDF, DOCX and HTML are parsed in a child process (`ingest.sandbox`).
"""

from __future__ import annotations

import hashlib
import importlib
import zipfile
from io import BytesIO
from pathlib import Path

from ingest import sandbox
from ingest.model import IngestError, Source

LARGEST = 100 * 1024 * 1024  # bytes of a file
SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".html", ".htm", ".docx", ".pdf", ".doc", ".wps", ".rtf"})
_SANDBOXED = frozenset({"html", "docx", "pdf"})
_SUPPORTED = "支持 txt、md、html、docx、pdf"


def read(path: Path) -> Source:
    """Read one file. Raises `IngestError`, one line in Chinese, where it cannot be read whole."""
    name = source_name(path)
    data = load(path)
    format = detect_format(name, data)
    if format in _SANDBOXED and not sandbox.inside():
        try:
            result: Source = sandbox.call("ingest.readers:read", path)
        except IngestError as error:
            raise IngestError(about(name, str(error))) from error
        return result
    source: Source = importlib.import_module(f"ingest.readers.{format}").read(name, data)
    if not source.text.strip():
        raise IngestError(f"{name}：没有文字：请检查文件是否完整")
    return source


def source_name(path: Path) -> str:
    """The name a source goes by: its file's, with what cannot be stored or shown replaced."""
    name = path.name.encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() else "\ufffd" for char in name) or "未命名"


def load(path: Path) -> bytes:
    """The bytes of a file, or the line that says why there are none."""
    try:
        if not path.exists():
            raise IngestError(f"{path}：没有这个文件：请检查路径")
        if not path.is_file():
            raise IngestError(f"{path}：不是普通文件：请给出文件或文件夹")
        if (size := path.stat().st_size) > LARGEST:
            raise IngestError(
                f"{source_name(path)}：文件过大（{size / 1e6:.0f} MB，上限 {LARGEST / 1e6:.0f} MB）：请拆分后再导入"
            )
        data = path.read_bytes()
    except OSError as error:
        raise IngestError(f"{source_name(path)}：不能读取（{error.strerror or error}）：请检查权限") from error
    if not data:
        raise IngestError(f"{source_name(path)}：文件是空的：请检查文件是否完整")
    return data


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def about(name: str, message: str) -> str:
    """The message, beginning with the file it is about."""
    return message if message.startswith(name) else f"{name}：{message}"


def detect_format(name: str, data: bytes) -> str:
    """text, markdown, html, docx or pdf: by content where the content says so, else by the name's ending."""
    suffix = Path(name).suffix.lower()
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_format(name, data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise IngestError(f"{name}：文件已加密：请用密码打开，取消密码后另存，再导入")
        raise IngestError(
            f"{name}：是旧版 Office 文件：请用 Word 或 WPS 另存为 .docx"
            "（或运行 soffice --headless --convert-to docx 文件名）后再导入"
        )
    if data.startswith(b"{\\rtf"):
        raise IngestError(f"{name}：是 RTF 文件：请用 Word 或 WPS 另存为 .docx 后再导入")
    if suffix in {".pdf", ".docx"}:
        raise IngestError(f"{name}：不是完整的 {suffix[1:].upper()} 文件，可能已损坏或被截断：请重新下载或另存后再导入")
    if suffix in {".html", ".htm"} or _looks_like_html(data):
        return "html"
    return "markdown" if suffix in {".md", ".markdown"} else "text"


def _zip_format(name: str, data: bytes) -> str:
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise IngestError(f"{name}：文件已损坏或被截断：请重新下载或另存后再导入") from error
    if "word/document.xml" in names:
        return "docx"
    kind = "电子表格" if "xl/workbook.xml" in names else "演示文稿" if "ppt/presentation.xml" in names else "压缩包"
    advice = "请解压后导入其中的文件" if kind == "压缩包" else "请另存为 PDF 或 DOCX 后再导入"
    raise IngestError(f"{name}：是{kind}，不能直接读取（{_SUPPORTED}）：{advice}")


def _looks_like_html(data: bytes) -> bool:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<?xml")) and b"<html" in data[:4096].lower()
