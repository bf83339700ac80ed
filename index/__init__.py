"""The hybrid index: policy-aware words, exact BM25, static embeddings, and one learnt score.

>>> from index import Filters, Index, build_index     # doctest: +SKIP
>>> build_index(store, folder)
>>> Index.open(folder, store).search("首台套保险补贴多少", k=5, filters=Filters(regions=frozenset({"河北省"})))
"""

from .build import build_index
from .errors import IndexDamaged, IndexError_, IndexStale
from .search import Filters, Hit, Index

__all__ = ["Filters", "Hit", "Index", "IndexDamaged", "IndexError_", "IndexStale", "build_index"]
