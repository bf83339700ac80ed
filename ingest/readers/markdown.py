"""Markdown is text; its heads and lists are numbering that the segmenter reads, so the text stays as it is."""

from __future__ import annotations

from dataclasses import replace

from ingest.model import Source
from ingest.readers import text


def read(name: str, data: bytes) -> Source:
    """Decode a Markdown file."""
    return replace(text.read(name, data), format="markdown")
