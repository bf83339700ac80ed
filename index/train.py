"""Train the project's embedding model: a static Chinese embedding for policies and statutes.

    python -m index.train --statutes FOLDER --questions stard_dev.jsonl --out index/model

Contrastive learning on pairs that belong together, with all other texts of the batch as negatives (InfoNCE, both ways,
at several leading dimensions: Matryoshka), in two stages:
  1. the texts alone: title and chapters ↔ article · sentence ↔ rest of its article · a share of an article's words ↔
     the other words · article ↔ article it cites; national law is drawn more often than local rules (`PROMINENCE`);
  2. the same, and lay question ↔ article that answers it, with BM25's wrong favourites as hard negatives. The questions
     are few and soon known by heart, so most words are left out of both sides at every turn.
Starts from latent semantic vectors (SVD of the tf-idf matrix), which already know which words keep company.
Needs torch; runs on two CPU cores in minutes. The question sets of the corpus are never read here.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from . import fields, tokenizer
from .dense import prepare
from .lexical import Bm25, count, top

DIMENSIONS = (256, 128, 64)
_ARTICLE = re.compile(r"^(第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)[\s　]*(.*)$")
_SENTENCE = re.compile(r"[^。；;！!？?\n]{8,}[。；;！!？?]?")
_NUMBER = re.compile(r"第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?")

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a statute file: where it stands and what it says."""

    file: str
    title: str
    path: str
    number: str
    text: str


def read_articles(folder: Path) -> list[Article]:
    """Articles (第…条) of a folder of Markdown statutes (LawRefBook's layout)."""
    return [
        article
        for file in sorted(folder.rglob("*.md"))
        for article in _articles_of(file, str(file.relative_to(folder)))
    ]


def _articles_of(file: Path, name: str) -> Iterator[Article]:
    titles: list[str] = []
    heads: dict[int, str] = {}
    lines: list[str] = []
    number = path = ""
    for line in map(str.strip, [*file.read_text(encoding="utf-8").split("\n"), "#### "]):
        match = _ARTICLE.match(line)
        if number and (match or line.startswith("#")):
            yield Article(name, " ".join(titles), path, number, "\n".join(filter(None, lines)))
            number = ""
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            if level == 1:
                titles.append(line.strip("# "))
            else:
                heads = {k: v for k, v in heads.items() if k < level} | {level: line.strip("# ")}
        elif match:
            number, lines, path = match[1], [match[2]], " ".join(heads[level] for level in sorted(heads))
        elif number and line and not line.startswith("<!--"):
            lines.append(line)


def read_policies(folder: Path, width: int = 220) -> list[Article]:
    """Paragraphs of plain-text policies, joined up to about `width` characters (training only, so no clauses yet)."""
    out = []
    for file in sorted(folder.glob("*.txt")):
        piece = ""
        for line in file.read_text(encoding="utf-8").split("\n"):
            piece += line.strip()
            if len(piece) >= width or (not line.strip() and len(piece) > 60):
                out.append(Article(file.name, "", "", "", piece))
                piece = ""
    return out


def build_tokenizer(texts: Sequence[str], size: int) -> Any:
    """A unigram tokenizer whose pieces are jieba's words, by their frequency in the texts, and all characters."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for text in texts:
        characters.update(text.lower())
        for word in tokenizer.words(text):
            words[word] += 1
    pieces: Counter[str] = Counter({c: 1 for c in characters if not c.isspace()})
    pieces.update({c: n for c, n in words.items() if len(c) == 1})
    long = Counter({w: n for w, n in words.items() if len(w) > 1 and n >= 3 and not re.search(r"\d{3}", w)})
    pieces.update(dict(long.most_common(size - len(pieces) - 1)))
    total = math.log(sum(pieces.values()))
    vocabulary = [("[UNK]", -30.0)] + [(p, math.log(n) - total) for p, n in pieces.most_common(size - 1)]
    out = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=False))
    out.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(r"(?<=\d),(?=\d{3})"), "")]
    )
    out.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\p{P}\p{S}]+"), "removed")
    return out


def latent_vectors(rows: Sequence[Ids], size: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    """Term vectors from a randomised SVD of the tf-idf matrix, scaled so that rare words weigh more in a mean."""
    from sklearn.utils.extmath import randomized_svd

    indptr = np.concatenate([[0], np.cumsum([len(r) for r in rows])])
    matrix = sparse.csr_array((np.ones(indptr[-1], np.float32), np.concatenate(rows), indptr), shape=(len(rows), size))
    matrix.sum_duplicates()
    matrix.data = 1 + np.log(matrix.data)
    frequency = np.bincount(matrix.indices, minlength=size)
    idf = np.log((len(rows) + 1) / (frequency + 1)).astype(np.float32)
    weighted = matrix @ sparse.diags_array(idf)
    scale = 1 / np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel() + 1e-9)
    weighted = sparse.csr_array(sparse.diags_array(scale.astype(np.float32)) @ weighted)
    _, strengths, right = randomized_svd(weighted, dimensions, n_oversamples=20, n_iter=3, random_state=seed)
    vectors = right.T / np.sqrt(strengths / strengths[0])  # flatten the spectrum a little: rare topics count as well
    vectors = vectors * idf[:, None]
    return np.asarray(vectors / np.abs(vectors).mean() * 0.05, np.float32)


PROMINENCE = {"code": 12.0, "law": 6.0, "judicial": 6.0}  # by fields.standing


def prominence(article: Article) -> float:
    """How often an article is drawn: questions are about national law and policies, three texts in five are local."""
    if article.file.startswith("DLC/"):
        return 1.0
    return PROMINENCE.get(fields.standing(article.title), 3.0 if article.number else 6.0)


def citations(articles: Sequence[Article]) -> list[tuple[int, int]]:
    """Pairs of articles the first of which cites the second: what a rule is about, told in other words."""
    names = [fields.short_title(a.title.split(" ")[0]) for a in articles]
    places = {(name, a.number): i for i, (name, a) in enumerate(zip(names, articles, strict=True))}
    laws = sorted({name for name in names if fields.standing(name) in ("code", "law")}, key=len, reverse=True)
    citing = re.compile(
        rf"(?:《([^《》]{{2,40}})》|(本(?:法|条例|规定|解释|办法))|({'|'.join(laws) or '$^'}))"
        rf"((?:[、和或者]*{_NUMBER.pattern}(?:第[一二三四五六七八九十]+[款项])*)+)"
    )
    out: dict[tuple[int, int], None] = {}
    for i, (name, article) in enumerate(zip(names, articles, strict=True)):
        for match in citing.finditer(article.text):
            cited = name if match[2] else fields.short_title(match[1] or match[3])
            out.update({(i, places[cited, n]): None for n in _NUMBER.findall(match[4]) if (cited, n) in places})
    return [(i, j) for i, j in out if i != j]


class Pairs:
    """Endless batches of (query ids, text ids), made anew from the articles at every draw."""

    def __init__(self, articles: Sequence[Article], encode: Any) -> None:
        self._random = random.Random()
        chances = np.array([prominence(a) for a in articles])
        self._chances = chances / chances.sum()
        self._texts: list[list[Ids]] = []
        self._heads: list[Ids] = []
        sentences = [[m[0] for m in _SENTENCE.finditer(a.text)][:12] or [a.text] for a in articles]
        flat = encode([s for group in sentences for s in group])
        at = 0
        for group in sentences:
            self._texts.append(flat[at : at + len(group)])
            at += len(group)
        self._heads = encode([prepare(f"{a.title} {a.path}") for a in articles])
        self._citations = citations(articles)

    def __len__(self) -> int:
        return len(self._texts)

    def whole(self, number: int, with_head: bool = True) -> Ids:
        parts = self._texts[number]
        return np.concatenate([self._heads[number], *parts] if with_head else parts)[:320]

    def batches(self, size: int, seed: int) -> Iterator[tuple[list[Ids], list[Ids]]]:
        self._random.seed(seed)
        draw = np.random.default_rng(self._random.randrange(1 << 30))
        while True:
            pairs = [self._pair(int(i)) for i in draw.choice(len(self._chances), size, p=self._chances)]
            pairs += [self._citation() for _ in range(size // 10 if self._citations else 0)]
            pairs = [p for p in pairs if len(p[0]) and len(p[1])]
            yield [a for a, _ in pairs], [b for _, b in pairs]

    def _pair(self, number: int) -> tuple[Ids, Ids]:
        pick, parts, head = self._random, self._texts[number], self._heads[number]
        kind = pick.random()
        if kind < 0.2 and len(head):
            return head, self.whole(number, with_head=False)
        if kind < 0.65 and len(parts) > 1:
            place = pick.randrange(len(parts))
            rest = np.concatenate([p for i, p in enumerate(parts) if i != place])[:320]
            return parts[place], np.concatenate([head, rest]) if pick.random() < 0.5 else rest
        text = np.concatenate(parts)[:320]
        mask = np.random.default_rng(pick.randrange(1 << 30)).random(len(text)) < pick.choice((0.2, 0.35, 0.5))
        chosen, other = text[mask], text[~mask]
        return chosen, np.concatenate([head, other]) if pick.random() < 0.5 else other

    def _citation(self) -> tuple[Ids, Ids]:
        citing, cited = self._random.choice(self._citations)
        return (
            without(self.whole(citing, with_head=False), 0.2, self._random),
            without(self.whole(cited, with_head=False), 0.1, self._random),
        )


def without(ids: Ids, share: float, pick: random.Random) -> Ids:
    """A text with about a share of its pieces left out."""
    keep = np.random.default_rng(pick.randrange(1 << 30)).random(len(ids)) >= share
    return ids[keep] if keep.any() else ids


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Questions with evidence {file, article} (JSON lines)."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Stage:
    """How long and how boldly to train; `share`: lay questions among each batch."""

    steps: int
    batch: int
    temperature: float
    share: int = 0
    rate: float = 0.01


TEXTS = Stage(steps=1200, batch=1024, temperature=0.05)
QUESTIONS = Stage(steps=300, batch=512, temperature=0.07, share=128)
NEGATIVES = 4  # of each question, at each turn
LEFT_OUT = 0.6  # share of the pieces left out of a question and of its articles, at each turn


def train(
    vectors: NDArray[np.float32],
    pairs: Pairs,
    questions: Sequence[tuple[Ids, Sequence[Ids], Sequence[Ids]]],
    stage: Stage,
    *,
    seed: int,
    report: Any = print,
) -> NDArray[np.float32]:
    """The trained token vectors. `questions`: (question, its articles, wrong favourites of BM25)."""
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    torch.set_num_threads(2)
    pick = random.Random(seed)
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(vectors), freeze=False, mode="mean", sparse=False)
    optimizer = torch.optim.Adam(bag.parameters(), lr=stage.rate, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, stage.rate, total_steps=stage.steps, pct_start=0.05)

    def embed(rows: Sequence[Ids]) -> Any:
        offsets = torch.tensor(np.concatenate([[0], np.cumsum([len(r) for r in rows])[:-1]]), dtype=torch.long)
        return bag(torch.tensor(np.concatenate(rows), dtype=torch.long), offsets)

    stream, started, mean = pairs.batches(stage.batch, seed), time.time(), 0.0
    queue: list[int] = []
    for step in range(stage.steps):
        left, right = next(stream)
        extra: list[Ids] = []
        for _ in range(stage.share if questions else 0):
            queue = queue or pick.sample(range(len(questions)), len(questions))
            question, good, bad = questions[queue.pop()]
            left.append(without(question, LEFT_OUT, pick))
            right.append(without(pick.choice(good), LEFT_OUT, pick))
            extra.extend(without(x, LEFT_OUT, pick) for x in pick.sample(bad, min(NEGATIVES, len(bad))))
        a, b = embed(left), embed(right + extra)
        loss = torch.zeros(())
        target = torch.arange(len(left))
        for dimensions, weight in zip(DIMENSIONS, (1.0, 0.4, 0.2), strict=True):
            x = functional.normalize(a[:, :dimensions], dim=1)
            y = functional.normalize(b[:, :dimensions], dim=1)
            similarity = x @ y.T / stage.temperature
            loss = loss + weight * functional.cross_entropy(similarity, target)
            loss = loss + weight * 0.5 * functional.cross_entropy(similarity[:, : len(left)].T, target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        mean = 0.98 * mean + 0.02 * loss.item() if step else loss.item()
        if step % 100 == 0 or step == stage.steps - 1:
            report(f"step {step:5d}/{stage.steps} loss {mean:.3f} {time.time() - started:.0f} s")
    return np.asarray(bag.weight.detach().numpy(), np.float32)


def save(folder: Path, table: NDArray[np.float32], tokens: Any, card: str) -> None:
    """Write the model in sentence-transformers' own format (StaticEmbedding, Normalize), weights rounded to half precision."""
    from safetensors.numpy import save_file

    part = folder / "0_StaticEmbedding"
    part.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    tokens.save(str(part / "tokenizer.json"), pretty=False)
    save_file({"embedding.weight": table.astype(np.float16).astype(np.float32)}, str(part / "model.safetensors"))
    modules = [
        {"idx": 0, "name": "0", "path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n", encoding="utf-8")
    settings: dict[str, Any] = {"similarity_fn_name": "cosine", "prompts": {}, "default_prompt_name": None}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    (folder / "1_Normalize" / "config.json").write_text("{}\n", encoding="utf-8")
    (folder / "README.md").write_text(card, encoding="utf-8")


def hard_negatives(
    articles: Sequence[Article], questions: Sequence[dict[str, Any]], good: Sequence[set[int]], depth: int = 40
) -> list[list[int]]:
    """For each question the articles BM25 ranks highest that do not answer it (nor repeat one that does)."""
    bm25 = Bm25.of(count(tokenizer.tokenize(f"{a.title} {a.text}") for a in articles))
    out = []
    for question, right in zip(questions, good, strict=True):
        texts = {articles[i].text for i in right}
        places = top(bm25.scores(tokenizer.query_terms(question["question"])), depth)
        out.append([int(i) for i in places if int(i) not in right and articles[i].text not in texts])
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statutes", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, default=Path(__file__).parents[1] / "corpus" / "sources")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--fold", choices=("all", "even", "odd"), default="all", help="which questions to train on")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=32_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)

    articles = read_articles(options.statutes)
    places = {(a.file, a.number): i for i, a in reversed(list(enumerate(articles)))}
    unique = list(
        {a.text: a for a in reversed([*articles, *read_policies(options.corpus)]) if len(a.text) >= 12}.values()
    )
    print(f"{len(articles)} articles, {len(unique)} distinct texts")
    tokens = build_tokenizer([f"{a.title} {a.path} {a.text}" for a in unique], options.size)

    def encode(texts: Sequence[str]) -> list[Ids]:
        return [np.array(e.ids, np.int32) for e in tokens.encode_batch_fast(list(texts), add_special_tokens=False)]

    pairs = Pairs(unique, encode)
    table = latent_vectors([pairs.whole(i) for i in range(len(pairs))], tokens.get_vocab_size(), DIMENSIONS[0])
    print("latent vectors ready")

    rows: list[tuple[Ids, list[Ids], list[Ids]]] = []
    if options.questions:
        asked = read_questions(options.questions)
        asked = [q for i, q in enumerate(asked) if options.fold == "all" or (i % 2 == 0) == (options.fold == "even")]
        good = [
            {places[e["file"], e["article"]] for e in q["evidence"] if (e["file"], e["article"]) in places}
            for q in asked
        ]
        bad = hard_negatives(articles, asked, good)

        def ids(numbers: Sequence[int]) -> list[Ids]:
            return encode([prepare(f"{articles[i].title} {articles[i].path} {articles[i].text}") for i in numbers])

        questions = encode([prepare(q["question"]) for q in asked])
        rows = [(q, ids(sorted(g)), ids(b)) for q, g, b in zip(questions, good, bad, strict=True) if g and len(q)]
        print(f"{len(rows)} questions")

    table = train(table, pairs, [], TEXTS, seed=options.seed)
    if rows:
        table = train(table, pairs, rows, QUESTIONS, seed=options.seed)
    card = (options.out / "README.md").read_text(encoding="utf-8") if (options.out / "README.md").exists() else ""
    save(options.out, table, tokens, card)
    print(f"saved {options.out}")


if __name__ == "__main__":
    main()
