"""What befalls the readers: files cut, flipped, spliced, and made to harm. Each ends in a result or one clear line."""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from evals.findings import Finding, finding
from ingest import sandbox
from ingest.workspace import bundled_corpus

SEED = 11
SECONDS = 60.0
SLACK = 5.0  # seconds a child may take to start and to be killed, beside its limit
LINE = 100 * 1024 * 1024 - 1  # characters: the longest line a file of allowed size can hold


def originals() -> dict[str, bytes]:
    """A small whole file of every format, by its ending."""
    text = (bundled_corpus() / "sources" / "003_6083bda8034c3915.txt").read_text(encoding="utf-8")
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()][:60]
    html = "".join(f"<p>{line}</p>" for line in paragraphs)
    made = {
        ".txt": text.encode(),
        ".md": "\n\n".join(["# 通知", *paragraphs]).encode(),
        ".html": f"<html><head><title>通知</title></head><body>{html}<table><tr><td>甲<td>1</table></body></html>".encode(),
        ".docx": _docx(paragraphs),
    }
    if pdf := _pdf(paragraphs):
        made[".pdf"] = pdf
    return made


def _docx(paragraphs: list[str]) -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("通知", 1)
    for line in paragraphs:
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=2)
    table.cell(1, 1).text = "5万元"
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _pdf(paragraphs: list[str]) -> bytes:
    """Empty where reportlab (of the test extra) is missing."""
    try:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        return b""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = BytesIO()
    canvas = Canvas(out)
    for start in range(0, len(paragraphs), 30):
        canvas.setFont("STSong-Light", 10)
        for number, line in enumerate(paragraphs[start : start + 30]):
            canvas.drawString(40, 800 - 20 * number, line[:45])
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def mutated(count: int) -> Iterator[tuple[str, bytes]]:
    """`count` damaged files, turn by turn over the formats and the ways to damage."""
    rng, files = random.Random(SEED), list(originals().items())
    ways = (_cut, _flip, _splice, _repeat, _sprinkle, _swap_ending)
    for number in range(count):
        ending, data = files[number % len(files)]
        other = rng.choice(files)[1]
        ending, data = ways[(number // len(files)) % len(ways)](ending, data, other, rng)
        yield f"{number:04d}{ending}", data


def _cut(ending: str, data: bytes, _: bytes, rng: random.Random) -> tuple[str, bytes]:
    return ending, data[: rng.randrange(len(data))]


def _flip(ending: str, data: bytes, _: bytes, rng: random.Random) -> tuple[str, bytes]:
    made = bytearray(data)
    for _i in range(rng.choice((1, 8, 200))):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return ending, bytes(made)


def _splice(ending: str, data: bytes, other: bytes, rng: random.Random) -> tuple[str, bytes]:
    at, there = rng.randrange(len(data)), rng.randrange(len(other))
    return ending, data[:at] + other[there : there + 4000] + data[at:]


def _repeat(ending: str, data: bytes, _: bytes, rng: random.Random) -> tuple[str, bytes]:
    at = rng.randrange(len(data))
    return ending, data[:at] + data[at : at + 500] * rng.randrange(2, 200) + data[at:]


def _sprinkle(ending: str, data: bytes, _: bytes, rng: random.Random) -> tuple[str, bytes]:
    junk = (
        b"\0",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\r",
        b"<",
        b"]]>",
        b"\xe2\x80\xae",
        b"endobj",
        b"PK\x05\x06",
        b"&#x110000;",
    )
    made = data
    for _i in range(20):
        at = rng.randrange(len(made))
        made = made[:at] + rng.choice(junk) + made[at:]
    return ending, made


def _swap_ending(_: str, data: bytes, _o: bytes, rng: random.Random) -> tuple[str, bytes]:
    return rng.choice((".txt", ".md", ".html", ".docx", ".pdf", ".doc", "")), data


def harmful() -> Iterator[tuple[str, bytes]]:
    """Files made to exhaust time or memory."""
    yield "长行.txt", ("政" * (LINE // 3)).encode()
    yield "长行.md", b"a" * LINE
    yield "过大.txt", b"a" * (LINE + 2)
    yield "空.txt", b""
    yield "空白.txt", b" \n" * 100_000
    yield "深.html", b"<html>" + b"<div>" * 200_000 + "深".encode()
    yield "宽表.html", b"<html><table>" + b"<tr>" + b"<td>1" * 300_000 + b"</table>"
    yield "跨行.html", b"<html><table><tr><td rowspan=99999999 colspan=99999999>1</table>"
    yield "引用.md", b">" * 100_000 + b" x"
    yield "括号.md", b"[" * 100_000
    yield "条款.txt", "".join(f"第{n}条 {'一' * 5}\n" for n in range(100_000)).encode()
    yield "编号.txt", ("（一）" * 300_000).encode()
    yield "炸弹.docx", _zip({"word/document.xml": b"<w:document>" + b" " * 600_000_000})
    yield "实体.docx", _zip({"word/document.xml": _laughs()})
    yield "多文件.docx", _zip({"word/document.xml": b"<x/>", **{f"a{n}": b"" for n in range(30_000)}})
    yield "压缩包.docx", _zip({"a.zip": _zip({"b": b"0" * 10_000_000})})
    yield "循环.pdf", _cyclic()
    yield (
        "外部.html",
        b"<html><link rel=stylesheet href=http://127.0.0.1:9/x><iframe src=file:///etc/passwd></iframe><p>\xe6\xad\xa3\xe6\x96\x87</p>",
    )


def _zip(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><x>&l11;</x>'.encode()


def _cyclic() -> bytes:
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000000>>endobj\n"
    )
    return (
        body
        + b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 3>>\nstartxref\n"
        + str(len(body)).encode()
        + b"\n%%EOF"
    )


def malformed_files(folder: Path, count: int) -> Finding:
    """Mutated and harmful files through reading and segmenting, in the children that real ingestion uses."""

    def check() -> tuple[int, list[str], dict[str, Any]]:
        inbox = folder / "files"
        inbox.mkdir(exist_ok=True)
        paths = []
        for name, data in (*mutated(count), *harmful()):
            paths.append(inbox / name)
            paths[-1].write_bytes(data)
        failures: list[str] = []
        outcomes = {"读成": 0, "说清": 0, "其中隔离进程中止": 0}
        started = last = time.perf_counter()
        slowest = 0.0
        tasks = [(path,) for path in paths]
        for outcome in sandbox.run_all("ingest.pipeline:parse_file", tasks, workers=2, seconds=SECONDS):
            now = time.perf_counter()
            slowest, last = max(slowest, now - last), now
            name = outcome.task[0].name
            if outcome.error is None:
                outcomes["读成"] += 1
                continue
            outcomes["说清"] += 1
            outcomes["其中隔离进程中止"] += "崩溃" in outcome.error or "超过" in outcome.error
            if "\n" in outcome.error or "Traceback" in outcome.error:
                failures.append(f"{name}：{outcome.error[:120]!r}")
        if slowest > SECONDS + SLACK:
            failures.append(f"最慢一步 {slowest:.0f} 秒")
        total = round(time.perf_counter() - started, 1)
        return len(paths), failures, {**outcomes, "最长间隔秒": round(slowest, 1), "总秒": total}

    return finding("畸形文件", f"每个文件以结果或一句话的错误结束，每个 {SECONDS:.0f} 秒、1.5 GiB 以内。", check)
