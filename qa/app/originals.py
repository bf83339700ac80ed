"""The files as they were received: bundled ones in `corpus/`, uploaded ones kept in the workspace."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from ingest.model import IngestError
from ingest.workspace import bundled_corpus
from qa.engine import Engine


def uploads(engine: Engine) -> Path:
    """Where accepted uploads are kept."""
    return engine.workspace.path / "uploads"


def find(engine: Engine, source: str) -> Path:
    """The original of a source. Raises IngestError where it is no longer at hand.

    The name is looked for among the files there are; it is never made into a path.
    """
    for folder in (uploads(engine), bundled_corpus() / "sources"):
        if folder.is_dir():
            for path in folder.iterdir():
                if path.name == source and path.is_file():
                    return path
    raise IngestError(f"原始文件 {source} 不在本机，仍可下载下面的纯文本")


def media_type(path: Path) -> str:
    """The media type for a download; text is text, whatever is unknown is bytes."""
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
