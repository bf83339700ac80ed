"""Source look-up: sentences of the corpus with up to 15 % of their characters changed find their clause first.

python -m evals.lookup [--sentences 500] [--changed 0.15] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path

from index import Index, build_index
from index.grams import bare
from index.tokenizer import normalise
from ingest.pipeline import ingest
from ingest.store import Store

COMMON = "的一是在了有和企业发展政府支持省市县区对项目资金"


def changed(sentence: str, share: float, pick: random.Random) -> str:
    """The sentence with a share of its characters replaced by common ones."""
    out = list(sentence)
    for place in pick.sample(range(len(out)), int(len(out) * share)):
        out[place] = pick.choice(COMMON)
    return "".join(out)


def measure(index: Index, store: Store, sentences: int, share: float, seed: int) -> dict[str, float]:
    """Share of sampled sentences found in the first clause and among the first three.

    A clause holds a sentence when its letters and figures stand in it: several documents say some sentences word for
    word, with other punctuation, and any of them is right.
    """
    pick = random.Random(seed)
    texts = {node.id: node.text for node in store.clauses()}
    found = sorted(
        {s for text in texts.values() for s in text.split("。") if 15 <= len(s.strip()) <= 150 and "\n" not in s}
    )
    sample = pick.sample(found, min(sentences, len(found)))
    ranks = []
    for sentence in sample:
        hits = index.search(changed(sentence, share, pick), 3)
        ranks.append(
            next(
                (
                    r
                    for r, hit in enumerate(hits, 1)
                    if bare(normalise(sentence)) in bare(normalise(texts[hit.clause_id]))
                ),
                0,
            )
        )
    first, three = sum(r == 1 for r in ranks), sum(r > 0 for r in ranks)
    return {"sentences": len(sample), "rank_1": round(first / len(sample), 4), "first_3": round(three / len(sample), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--changed", type=float, default=0.15)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Store.open(Path(folder) / "store.db") as store,
    ):
        ingest([], store)
        build_index(store, Path(folder) / "index")
        index = Index.open(Path(folder) / "index", store)
        print(json.dumps(measure(index, store, options.sentences, options.changed, options.seed)))


if __name__ == "__main__":
    main()
