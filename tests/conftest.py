"""Fixtures that many tests share: one workspace with the real corpus, built once for the whole test session."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with the bundled corpus ingested and indexed. Shared by all workers and only to be read."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent  # xdist gives every worker its own folder below this one
    folder = base / "workspace"
    with (base / "workspace.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first worker builds, the others wait for it
        if not (base / "workspace.ready").exists():
            from ingest.workspace import Workspace
            from qa.engine import Engine

            Engine.open(Workspace(folder))
            (base / "workspace.ready").touch()
    return folder


@pytest.fixture
def own_workspace(workspace: Path, tmp_path: Path) -> Path:
    """A copy of the workspace that a test may change."""
    return Path(shutil.copytree(workspace, tmp_path / "own-workspace"))
