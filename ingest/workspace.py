"""Where data lives: one folder, the workspace, holds all the program writes; the bundled corpus is only read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from platformdirs import user_data_path

from ingest.model import IngestError
from ingest.store import Store


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder with everything the program writes; nothing is made on disk until something is written."""

    path: Path

    @classmethod
    def resolve(cls, option: str | Path | None = None) -> Workspace:
        """The folder given (`--workspace`), else `ZHENGCE_HOME`, else the user's data folder of this system."""
        chosen = option or os.environ.get("ZHENGCE_HOME")
        path = Path(chosen).expanduser().absolute() if chosen else user_data_path("zhengce", appauthor=False)
        if path.exists() and not path.is_dir():
            raise IngestError(f"工作区 {path} 不是文件夹：请用 --workspace 换一个文件夹")
        return cls(path)

    @property
    def store_path(self) -> Path:
        return self.path / "store.sqlite"

    @property
    def index_path(self) -> Path:
        """The folder below which indexes are written aside and swapped."""
        return self.path / "index"

    @property
    def cache_path(self) -> Path:
        """What may be deleted at any time (jieba's compiled dictionary)."""
        return self.path / "cache"

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been ingested yet."""
        return not self.store_path.is_file()

    def store(self, *, create: bool = True) -> Store:
        """Open the store; see `Store.open` for the errors."""
        return Store.open(self.store_path, create=create)


def bundled_corpus() -> Path:
    """The packaged `corpus/` folder: `sources/` and `catalog.yaml`. Never written."""
    return Path(str(resources.files("corpus")))
