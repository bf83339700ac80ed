"""More statutes than there are: clauses put together from the sentences of different articles, in memory, seeded.

A synthetic million keeps what matters to speed: the words and how often they are used, the lengths of clauses, clauses
a document. What its clauses say makes no sense, so only times and sizes are measured on it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from index.train import Article

SEED = 20_181_201
A_DOCUMENT = 45  # clauses, about as many as a statute has
_SENTENCE = re.compile(r"[^。；;\n]+[。；;\n]?")


def sentences(text: str) -> list[str]:
    """A text cut behind its full stops and semicolons; nothing is lost."""
    return _SENTENCE.findall(text)


def resampled(articles: Sequence[Article], size: int, seed: int = SEED) -> list[Article]:
    """`size` articles, each with the title, place and number of sentences of a real one, its sentences those of others."""
    draw = random.Random(seed)
    pool = [sentence for article in articles for sentence in sentences(article.text)]
    out: list[Article] = []
    for number in range(size):
        document, nth = divmod(number, A_DOCUMENT)
        if nth == 0:
            like = draw.choice(articles)
        shape = draw.choice(articles)
        text = "".join(draw.choices(pool, k=max(1, len(sentences(shape.text)))))
        name, title = f"{like.file}~{document}", f"{like.title}之{document}"
        out.append(replace(shape, file=name, title=title, number=f"第{nth + 1}条", text=text))
    return out
