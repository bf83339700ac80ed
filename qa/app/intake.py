"""Taking files in: check, parse in a child process, show what was segmented, accept, correct, remove, rebuild.

Nothing enters the library before `accept`. Files wait under random names; a stranger's file name is never a path.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from index import build_index
from ingest import pipeline, sandbox
from ingest.model import Document, IngestError, Node, Parsed
from ingest.store import Store
from ingest.workspace import Workspace, bundled_corpus
from qa.app.escape import clean

KINDS = ("pdf", "docx", "txt")
MAX_MB = 20
MAX_PENDING = 20
SECONDS = 120.0
EDITABLE = ("title", "doc_no", "issuers", "region", "signed", "valid_from", "valid_to")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Pending:
    """An uploaded file, parsed and not yet accepted."""

    name: str
    path: Path
    parsed: Parsed

    @property
    def counts(self) -> Counter[str]:
        """How many nodes of each kind."""
        return Counter(node.kind.value for node in self.parsed.nodes)


def safe_name(name: str) -> str:
    """The file name as the library will know it: no folders, no control characters, short enough for a disk."""
    last = re.split(r"[/\\]", clean(name))[-1].rstrip(" .")
    stem, dot, suffix = last.rpartition(".")
    stem = re.sub(r'[<>:"|?*\x00-\x1f]+', "_", stem if dot else last).strip(" ._")
    stem = stem.encode("utf-8", "ignore")[:200].decode("utf-8", "ignore").strip(" .")
    if not dot or suffix.lower() not in KINDS:
        raise IngestError(f"{label_of(name)}：只收 PDF、DOCX、TXT 文件")
    return f"{stem or '未命名'}.{suffix.lower()}"


def label_of(name: str) -> str:
    """A stranger's file name, short enough for a message."""
    return " ".join(clean(name).split())[:60] or "（无名文件）"


def receive(workspace: Workspace, name: str, data: bytes) -> Pending:
    """Check and parse an uploaded file. Raises IngestError, one line that says what is wrong and what to do."""
    name = safe_name(name)
    if not data:
        raise IngestError(f"{name}：文件是空的")
    if len(data) > MAX_MB * 1024 * 1024:
        raise IngestError(f"{name}：超过 {MAX_MB} MB，请拆分后再上传")
    _check_kind(name, data)
    incoming = workspace.path / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    _tidy(incoming)
    folder = incoming / secrets.token_hex(8)
    folder.mkdir()
    path = folder / name
    path.write_bytes(data)
    try:
        parsed: Parsed = sandbox.call("ingest.pipeline:parse_file", path, seconds=SECONDS)
    except IngestError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Pending(name, path, parsed)


def _check_kind(name: str, data: bytes) -> None:
    kind = name.rpartition(".")[2]
    if kind == "pdf" and b"%PDF-" not in data[:1024]:
        raise IngestError(f"{name}：内容不是 PDF")
    if kind == "docx" and not data.startswith(b"PK\x03\x04"):
        raise IngestError(f"{name}：内容不是 DOCX（旧版 .doc 请另存为 .docx）")
    if kind == "txt" and (
        data.startswith((b"%PDF-", b"PK\x03\x04")) or b"\x00" in data[:4096].replace(b"\x00\x00", b"")
    ):
        raise IngestError(f"{name}：内容不是文本")


def _tidy(incoming: Path) -> None:
    """Uploads that no one accepted do not pile up."""
    waiting = sorted((p for p in incoming.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    for old in waiting[: max(0, len(waiting) - MAX_PENDING)]:
        shutil.rmtree(old, ignore_errors=True)


def discard(pending: Pending) -> None:
    """Forget an upload."""
    shutil.rmtree(pending.path.parent, ignore_errors=True)


def accept(workspace: Workspace, store: Store, pending: Pending, corrections: Mapping[str, Mapping[str, Any]]) -> None:
    """Put an upload in the library, with the metadata as corrected (document id → field → value)."""
    uploads = workspace.path / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    store.replace(corrected(pending.parsed, corrections), segmenter=pipeline.segmenter_version())
    os.replace(pending.path, uploads / pending.name)
    _keep_corrections(workspace, pending.name, corrections)
    discard(pending)


def corrected(parsed: Parsed, corrections: Mapping[str, Mapping[str, Any]]) -> Parsed:
    """What was parsed, with corrected metadata; ids stay, so that links to clauses hold."""

    def mended(document: Document) -> Document:
        changes = {k: _typed(k, v) for k, v in corrections.get(document.id, {}).items() if k in EDITABLE}
        return replace(document, **changes)

    return replace(parsed, documents=tuple(map(mended, parsed.documents)))


def _typed(name: str, value: Any) -> Any:
    if name == "issuers":
        return tuple(value)
    if name in ("signed", "valid_from", "valid_to"):
        return date.fromisoformat(value) if isinstance(value, str) and value else (value or None)
    text = clean(str(value or "")).strip()
    return text if name == "title" else text or None


def amend(workspace: Workspace, store: Store, document_id: str, changes: Mapping[str, Any]) -> None:
    """Correct the metadata of a document in the library."""
    document = store.document(document_id)
    if document is None:
        raise IngestError("这份文件已不在库中，请刷新页面")
    source = document.source
    documents = tuple(d for d in store.documents() if d.source == source)
    ids = {d.id for d in documents}
    nodes: tuple[Node, ...] = tuple(n for d in documents for n in store.nodes(d.id))
    clauses = {n.id for n in nodes}
    parsed = Parsed(
        source=store.source(source),
        documents=documents,
        nodes=tuple(sorted(nodes, key=lambda n: (n.start, -n.end))),
        facts=tuple(f for f in store.facts() if f.clause_id in clauses),
        links=tuple(k for i in ids for k in store.links(i)),
    )
    segmenter = next((s.segmenter for s in store.sources() if s.name == source), "")
    store.replace(corrected(parsed, {document_id: changes}), segmenter=segmenter)
    _keep_corrections(workspace, source, {document_id: changes})


def remove(workspace: Workspace, store: Store, source: str) -> None:
    """Take a source, its original and its corrections out of the library."""
    if not store.remove(source):
        raise IngestError(f"库里没有来源“{label_of(source)}”，请刷新页面")
    for path in _uploaded(workspace):
        if path.name == source:
            path.unlink()
    kept = _corrections(workspace)
    if kept.pop(source, None) is not None:
        _write_json(_corrections_path(workspace), kept)


def rebuild(workspace: Workspace, store: Store, progress: Progress | None = None) -> list[str]:
    """Read all originals again (with today's segmentation), corrections kept, and rebuild the index; the problems met."""
    held = {info.name for info in store.sources()}
    originals = {p.name: p for p in (bundled_corpus() / "sources").iterdir() if p.name in held}
    originals |= {p.name: p for p in _uploaded(workspace)}
    corrections = _corrections(workspace)
    problems = []
    for done, (name, path) in enumerate(sorted(originals.items()), 1):
        try:
            parsed: Parsed = sandbox.call("ingest.pipeline:parse_file", path, seconds=SECONDS)
            store.replace(corrected(parsed, corrections.get(name, {})), segmenter=pipeline.segmenter_version())
        except IngestError as error:
            problems.append(str(error))
        if progress is not None:
            progress("读入", done, len(originals))
    build_index(store, workspace.index_path, progress=progress)
    return problems


def reindex(workspace: Workspace, store: Store, progress: Progress | None = None) -> None:
    """Bring the index up to date with the library; what did not change is kept."""
    build_index(store, workspace.index_path, progress=progress)


def _uploaded(workspace: Workspace) -> Sequence[Path]:
    folder = workspace.path / "uploads"
    return [p for p in folder.iterdir() if p.is_file()] if folder.is_dir() else []


def _corrections_path(workspace: Workspace) -> Path:
    return workspace.path / "corrections.json"


def _corrections(workspace: Workspace) -> dict[str, dict[str, dict[str, Any]]]:
    path = _corrections_path(workspace)
    if not path.is_file():
        return {}
    try:
        found: dict[str, dict[str, dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise IngestError(f"{path} 已损坏：请修好或删除后再试") from error
    return found


def _keep_corrections(workspace: Workspace, source: str, changes: Mapping[str, Mapping[str, Any]]) -> None:
    kept = _corrections(workspace)
    own = kept.setdefault(source, {})
    for id, fields in changes.items():
        own[id] = {**own.get(id, {}), **{k: _json(v) for k, v in fields.items()}}
    if any(own.values()):
        _write_json(_corrections_path(workspace), kept)


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _write_json(path: Path, value: Any) -> None:
    """All of the new file or all of the old one."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    aside.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(aside, path)


def digest(data: bytes) -> str:
    """A short name for the bytes of an upload, so that a rerun of the page does not parse them again."""
    return hashlib.sha256(data).hexdigest()[:16]


def summary(document: Document) -> dict[str, Any]:
    """A document's metadata that can be corrected."""
    everything = asdict(document)
    return {name: everything[name] for name in EDITABLE}
