"""Imported once by the server that test processes are forked from, so that each of them starts in milliseconds."""

import index  # noqa: F401
import ingest.pipeline  # noqa: F401
import qa.engine  # noqa: F401
