"""Files → store: what changed is read and segmented on all cores; one bad file never stops the others."""

from __future__ import annotations

import hashlib
import importlib
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest import readers, sandbox
from ingest.model import IngestError, Parsed
from ingest.store import Store
from ingest.workspace import bundled_corpus

Progress = Callable[[int, int, str], None]  # files done, files in all, name of the file just done


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that was not ingested, and the one line that says why. What the store held of it stays."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingestion did; source names in order. `skipped` are files of kinds that are not read."""

    ingested: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    skipped: tuple[str, ...] = ()
    documents: int = 0
    clauses: int = 0
    warnings: tuple[str, ...] = ()


def ingest(
    paths: Sequence[Path],
    store: Store,
    *,
    progress: Progress | None = None,
    workers: int | None = None,
    seconds: float = sandbox.SECONDS,
) -> Report:
    """Read files and folders (none given: the bundled corpus) into the store; only what changed is redone.

    A source is named by its file's name. Files that fail are listed in the report, and what the store held under their
    names stays. `workers` defaults to the cores there are; 0 parses in this process, without limits (for debugging).
    Raises `IngestError` only where the store itself cannot be used.
    """
    files, failed, skipped = _find([Path(path) for path in paths] or [bundled_corpus() / "sources"])
    version = segmenter_version()
    known = {info.name: (info.sha256, info.segmenter) for info in store.sources()}
    todo: dict[str, Path] = {}
    digests: dict[str, str] = {}
    unchanged = []
    for path in files:
        name = readers.source_name(path)
        try:
            sha256 = _sha256(path)
        except OSError as error:
            failed.append(Failure(name, f"{name}：不能读取（{error.strerror or error}）：请检查权限"))
            continue
        if (other := digests.setdefault(name, sha256)) != sha256:
            failed.append(
                Failure(name, f"{name}：{path.parent} 里的文件与另一文件夹里的同名而内容不同：请改名后再导入")
            )
        elif name in todo or name in unchanged:
            assert other == sha256  # the same file twice
        elif known.get(name) == (sha256, version):
            unchanged.append(name)
        else:
            todo[name] = path

    ingested, warnings = [], []
    documents = clauses = 0
    for done, (name, result) in enumerate(_parse_all(todo, workers, seconds), start=1):
        try:
            if isinstance(result, str):
                raise IngestError(result)
            store.replace(result, segmenter=version)
            ingested.append(name)
            documents += len(result.documents)
            clauses += sum(node.citable for node in result.nodes)
            warnings += [readers.about(name, line) for line in (*result.source.warnings, *result.warnings)]
        except IngestError as error:
            failed.append(Failure(name, readers.about(name, str(error))))
        if progress is not None:
            progress(done, len(todo), name)
    return Report(
        ingested=tuple(sorted(ingested)),
        unchanged=tuple(sorted(unchanged)),
        failed=tuple(sorted(failed, key=lambda failure: failure.name)),
        skipped=tuple(sorted(skipped)),
        documents=documents,
        clauses=clauses,
        warnings=tuple(sorted(warnings)),
    )


def parse_file(path: Path) -> Parsed:
    """Read and segment one file in this process."""
    segment: Any = importlib.import_module("ingest.segment")
    parsed: Parsed = segment.parse(readers.read(path), _catalog())
    return _with_pages(parsed)


def _with_pages(parsed: Parsed) -> Parsed:
    """Nodes with the page they begin on, where the format has pages and the segmenter did not say."""
    if not (pages := parsed.source.pages):
        return parsed
    nodes = (n if n.page is not None else replace(n, page=max(1, bisect_right(pages, n.start))) for n in parsed.nodes)
    return replace(parsed, nodes=tuple(nodes))


@lru_cache(maxsize=1)
def _catalog() -> Any:
    path = bundled_corpus() / "catalog.yaml"
    if not path.is_file():
        return None
    catalog: Any = importlib.import_module("ingest.catalog")
    return catalog.load(path)


@lru_cache(maxsize=1)
def segmenter_version() -> str:
    """Changes with any line of code or data that decides what becomes of a source (hex)."""
    package = Path(__file__).parent
    parts = [*package.rglob("*.py"), *package.rglob("*.yaml"), bundled_corpus() / "catalog.yaml"]
    digest = hashlib.sha256()
    for part in sorted(parts):
        if part.is_file():
            digest.update(part.name.encode() + b"\0" + part.read_bytes())
    return digest.hexdigest()[:16]


def _parse_all(todo: dict[str, Path], workers: int | None, seconds: float) -> Iterator[tuple[str, Parsed | str]]:
    """Each file's name with what came of it: the parsed source, or the line that says why there is none."""
    if workers == 0:
        for name, path in todo.items():
            try:
                yield name, parse_file(path)
            except IngestError as error:
                yield name, str(error)
        return
    names = {path: name for name, path in todo.items()}
    # the longest first, so that no core idles at the end
    tasks = sorted(todo.values(), key=lambda path: -path.stat().st_size)
    for outcome in sandbox.run_all(
        "ingest.pipeline:parse_file",
        [(path,) for path in tasks],
        workers=workers or _cores(),
        seconds=seconds,
    ):
        yield names[outcome.task[0]], outcome.result if outcome.error is None else outcome.error


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _find(paths: Sequence[Path]) -> tuple[list[Path], list[Failure], list[str]]:
    """The files to read below the paths, the paths that cannot be, and the names of files of other kinds."""
    files: list[Path] = []
    failed: list[Failure] = []
    skipped: list[str] = []
    for path in paths:
        if path.is_dir():
            _walk(path, files, failed, skipped)
        elif path.is_file():
            files.append(path)
        else:
            what = "不是普通文件：请给出文件或文件夹" if path.exists() else "没有这个文件或文件夹：请检查路径"
            failed.append(Failure(readers.source_name(path), f"{path}：{what}"))
    return files, failed, skipped


def _walk(root: Path, files: list[Path], failed: list[Failure], skipped: list[str]) -> None:
    """Files below a folder, in order. Links that lead out of it are refused, folders behind links not entered."""
    inside = root.resolve()

    def unreadable(error: OSError) -> None:
        failed.append(Failure(str(error.filename), f"{error.filename}：不能读取（{error.strerror}）：请检查权限"))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith((".", "~$")):
                continue
            if path.suffix.lower() not in readers.SUFFIXES:
                skipped.append(readers.source_name(path))
            elif path.is_symlink() and not path.resolve().is_relative_to(inside):
                shown = readers.source_name(path)
                failed.append(Failure(shown, f"{shown}：是指向文件夹以外的链接，未读取：请复制文件本身"))
            elif path.is_file():  # no pipe, no device
                files.append(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
