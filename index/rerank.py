"""A second look at the first hits: a cross-encoder reads the question and a clause together and says how well they fit.

Off unless a model is named (`--reranker`, ZHENGCE_RERANKER): it needs torch and takes a hundred times as long as the
search itself, so nothing of it is imported before. Any CrossEncoder of sentence-transformers with one score a pair will
do, by name or folder; a name that is no folder is fetched from the hub by that library, as a named `--model` is.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from .errors import IndexError_

FIRST = 20  # hits that are looked at again
VARIABLE = "ZHENGCE_RERANKER"
_HUB_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?")


class Reranker(Protocol):
    """Scores texts for a question: the higher, the better it suits."""

    name: str

    def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float]: ...


class CrossEncoderReranker:
    """A CrossEncoder that sentence-transformers can load, by name or path. Imports torch."""

    def __init__(self, name: str) -> None:
        if not _HUB_NAME.fullmatch(name) and not Path(name).is_dir():
            raise ValueError("没有这个文件夹")  # said at once, without importing torch to find out
        self.name = name
        with _quiet():
            self._model = _loaded(name)
        kinds = getattr(self._model.config, "architectures", None) or [""]
        if kinds[0].endswith("Model"):  # the library has put a scoring layer of random numbers on it
            raise ValueError(f"{kinds[0]} 只把文本变成向量，不给一对文本打分")
        if self._model.num_labels != 1:
            raise ValueError(f"它给一对文本 {self._model.num_labels} 个分数，需要的是一个")

    def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        pairs = [(question, text) for text in texts]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


def _loaded(name: str) -> Any:
    """The model from this machine; only where it is not here, and is no folder, from the hub."""
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(name, local_files_only=True)
    except OSError:
        if Path(name).is_dir():
            raise
        return CrossEncoder(name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the libraries' own remarks and bars: what matters of them is in our one line."""
    from transformers.utils import logging as theirs

    bars: Any = theirs  # its functions have no types
    bars.disable_progress_bar()
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def reranker(name: str | None = None) -> Reranker | None:
    """The reranker of that name, else of the environment; None where neither names one. Error: IndexError_."""
    name = name or os.environ.get(VARIABLE)
    if not name:
        return None
    try:
        return CrossEncoderReranker(name)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise IndexError_(
            f"无法加载重排模型 {name}：{reason}；请检查 --reranker 或 {VARIABLE} 给出的名称或文件夹，不用重排就去掉它"
        ) from error
