"""The manifest of an index folder: what it was built from, by what, and the checksum of every file.

Files are written aside into a generation folder; replacing the manifest, one file, makes it the index. So a reader
finds the old index or the new one, never half of one, and a broken build leaves the old one in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from .errors import IndexDamaged, IndexStale

FORMAT = 5
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built from; `files` maps names to [size, sha256]."""

    corpus: str  # Store.digest()
    tokenizer: int
    lexicon: str
    model: str
    model_digest: str
    dimensions: int
    clauses: int
    generation: str = ""  # the sub-folder that holds the files
    backend: str = "local"
    uri: str | None = None
    format: int = FORMAT
    files: dict[str, Any] = field(default_factory=dict)


def read(folder: Path) -> Manifest:
    """The manifest of a folder. Errors: IndexDamaged (missing, unreadable), IndexStale (another format)."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        version = found["format"]
    except FileNotFoundError:
        raise IndexStale("还没有索引；请运行 zhengce index") from None
    except (OSError, ValueError, LookupError, TypeError):
        raise IndexDamaged("索引的清单已损坏；请运行 zhengce index 重建") from None
    if version != FORMAT:
        raise IndexStale(f"索引由另一版本的程序生成（格式 {version}，现为 {FORMAT}）；请运行 zhengce index 重建")
    try:
        return Manifest(**found)
    except TypeError:
        raise IndexDamaged("索引的清单已损坏；请运行 zhengce index 重建") from None


def verify(folder: Path, manifest: Manifest, *, deep_up_to: int = 64 << 20) -> None:
    """Check every file's size, and its checksum up to `deep_up_to` bytes. Error: IndexDamaged."""
    for name, (size, digest) in manifest.files.items():
        path = folder / manifest.generation / name
        try:
            right = path.stat().st_size == size and (size > deep_up_to or checksum(path) == digest)
        except OSError:
            right = False
        if not right:
            raise IndexDamaged(f"索引文件已损坏或缺失（{name}）；请运行 zhengce index 重建")


def checksum(path: Path) -> str:
    """Digest of a file's bytes (blake2b: twice as fast as sha256, which matters at every start)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Only one process writes an index at a time, the others wait; the lock of a killed writer goes with it."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        yield


def begin(folder: Path) -> Path:
    """A fresh generation folder to write into; readers do not see it before `commit`."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="g-", dir=folder))


def commit(folder: Path, generation: Path, manifest: Manifest) -> None:
    """Make a generation the index, in one step (the manifest names it), and drop the earlier ones."""
    files = {p.name: [p.stat().st_size, checksum(p)] for p in sorted(generation.iterdir())}
    for path in generation.iterdir():
        _sync(path)
    named = replace(manifest, generation=generation.name, files=files)
    aside = folder / (NAME + ".new")
    aside.write_text(json.dumps(asdict(named), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _sync(aside)
    os.replace(aside, folder / NAME)
    for old in folder.glob("g-*"):
        if old.name != generation.name:
            shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
