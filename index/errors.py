"""What can go wrong with an index. Each message is one line for the user (Chinese): what, and what to do."""

from __future__ import annotations

from ingest.model import IngestError


class IndexError_(IngestError):
    """The index cannot be used as it is."""


class IndexStale(IndexError_):
    """Built for another state of the workspace, another model, or by another version of the program."""


class IndexDamaged(IndexError_):
    """Files are missing or not what was written."""
