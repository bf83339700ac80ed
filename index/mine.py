"""Mine policy terms that jieba does not know from plain texts: `python -m index.mine [FOLDER] > lexicon/mined.yaml`.

A run of two or three of jieba's words is a term when its parts attract each other (pointwise mutual information) and
many different words stand before and after it (branching entropy).
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from . import tokenizer

_HAN = re.compile(r"[一-鿿]+")
_LOOSE = frozenset(
    "的了和与及或在是有把被对给向从到也都还将要等为以于其该此并不未无可各每某个年月日万元亿所上下中内外前后"
)


def mine(texts: Iterable[str], *, least: int = 8, attraction: float = 4.5, branching: float = 1.2) -> dict[str, int]:
    """Terms with their counts, most frequent first. `least`: smallest count; the others are in bits."""
    singles: Counter[str] = Counter()
    runs: Counter[tuple[str, ...]] = Counter()
    before: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    after: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for text in texts:
        words = tokenizer.words(text)
        singles.update(words)
        for size in (2, 3):
            for i in range(len(words) - size + 1):
                run = tuple(words[i : i + size])
                joined = "".join(run)
                if 2 <= len(joined) <= 6 and _HAN.fullmatch(joined) and not (set(run) & _LOOSE):
                    runs[run] += 1
                    before[run][words[i - 1] if i else "^"] += 1
                    after[run][words[i + size] if i + size < len(words) else "$"] += 1
    total = sum(singles.values())
    found: dict[str, int] = {}
    for run, n in runs.most_common():
        if n < least or tokenizer.is_word("".join(run)):
            continue
        expected = math.prod(singles[w] / total for w in run)
        if math.log2(n / total / expected) / (len(run) - 1) < attraction:
            continue
        if min(_entropy(before[run]), _entropy(after[run])) >= branching:
            found["".join(run)] = n
    return found


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values())


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "corpus" / "sources"
    found = mine(line for file in sorted(folder.glob("*.txt")) for line in file.read_text(encoding="utf-8").split("\n"))
    print("# Terms mined by `python -m index.mine` from corpus/sources: counts there. Checked by eye.")
    print("why: 语料里反复出现、结合紧密而 jieba 词典没有的词")
    print("terms:")
    for term, n in found.items():
        print(f"  {term}: {n}")


if __name__ == "__main__":
    main()
