"""Evidence: which sentences of which clauses answer the question, and how surely.

Retrieval finds clauses; here each of their sentences gets features (how much of the question it and its headings cover,
whether it shows the asked kind of thing, region, rank …) and a score by a logistic model whose weights are learnt from
the development questions by `python -m evals.learn_evidence` and stand in `weights.yaml`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from index import Hit, lexicon
from index.tokenizer import normalise, spell_numbers, tokenize, words
from ingest.facts import honour_names
from ingest.model import Document, Node, NodeKind
from ingest.regions import NATION, ancestors, find_regions, related
from qa.question import Question, intents
from qa.sentences import Sentence, sentences

FEATURES = (
    "own",  # share of the question's weight that the sentence holds
    "clause",  # … that its clause holds
    "context",  # … that clause, headings and title hold together
    "missing_rare",  # weight of the heaviest question word that not even the context holds
    "bigrams",  # share of the question's character pairs in the sentence
    "shows",  # sentence shows the asked kind of thing (1 of the first kind, 0.5 of another)
    "shows_in_clause",
    "figures",  # share of the question's figures that stand in the sentence
    "quoted",  # share of the question's quoted names in the context
    "rank",  # 1 / (1 + rank of the clause)
    "score",  # retrieval score over the best one
    "dense",  # cosine of question and sentence
    "named_document",  # question names this document by number or title
    "region",  # document's region is the asked one (1), another one (-1), else 0
    "heading",
    "row",
    "interpretation",
    "short",  # shorter than 14 characters
    "long",  # longer than 220 characters
    "first",  # first sentence of its clause
    "honour",  # sentence speaks of an honour that the question names (1), neither it nor its headings do (-1)
    "astray",  # share of the question's words that name documents which neither this document nor the clause holds
)

WHOLE_TABLE = 800  # characters up to which a table is evidence as a whole

_FIGURE = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question with its alternatives (synonyms, parts) and its weight (idf)."""

    text: str
    forms: tuple[str, ...]
    parts: tuple[str, ...]
    weight: float
    matter: bool = True  # says what the question is about, rather than asks, counts or names a place

    def held(self, text: str) -> float:
        """1 where the word or another form stands in `text`; less where only parts of it do."""
        for form in self.forms:
            if form in text:
                return 1.0
        if not self.parts:
            return 0.0
        found = 0
        for part in self.parts:
            found += part in text
        return 0.7 * found / len(self.parts)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, the clause and document it stands in, and how likely it does (0..1)."""

    node: Node
    document: Document
    sentence: Sentence
    features: tuple[float, ...]
    score: float

    def feature(self, name: str) -> float:
        return self.features[FEATURES.index(name)]


@lru_cache(maxsize=65536)
def comparable(text: str) -> str:
    """Text as it is compared: NFKC, simplified, one spelling for numbers, no white space."""
    return spell_numbers(normalise(text)).replace(" ", "")


@cache
def _groups() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(comparable(f) for f in group.forms) for group in lexicon.synonyms())


@lru_cache(maxsize=256)
def terms_of(question: Question, idf: Callable[[str], float]) -> tuple[Term, ...]:
    """The words of a question that carry meaning, each once, with synonyms and weight."""
    text = comparable(question.text)
    places = "".join(find_regions(question.text))
    held_groups = [(forms, [f for f in forms if f in text]) for forms in _groups()]
    found: dict[str, Term] = {}
    for word in words(question.text):
        word = word.replace(" ", "")
        if (len(word) < 2 and not word.isdigit()) or word in lexicon.stopwords() or word in found:
            continue
        forms = [word]
        for group, held in held_groups:
            if any(word in form for form in held):
                forms += group
        parts = tuple(p for p in dict.fromkeys(tokenize(word)) if p != word and len(p) >= 2)
        matter = word not in _asking() and word not in places and not word[0].isdigit()
        found[word] = Term(word, tuple(dict.fromkeys(forms)), parts, idf(word), matter)
    return tuple(found.values())


@cache
def _asking() -> frozenset[str]:
    raw = yaml.safe_load(files("qa").joinpath("asking.yaml").read_text(encoding="utf-8"))
    return frozenset(str(raw["words"]).split())


@lru_cache(maxsize=256)
def honours_in(text: str) -> tuple[tuple[str, ...], ...]:
    """The honours that a text as compared names (绿色工厂 …), each with the other names it goes by; longest names only."""
    held = [forms for forms in _honours() if any(form in text for form in forms)]
    return tuple(f for f in held if not any(f is not o and f[0] in o[0] for o in held))


@cache
def _honours() -> tuple[tuple[str, ...], ...]:
    out = []
    for name in map(comparable, honour_names()):
        out.append(tuple(dict.fromkeys([name, *(f for group in _groups() if name in group for f in group)])))
    return tuple(out)


def _honour(named: Sequence[Sequence[str]], own: str, heads: str) -> float:
    if not named:
        return 0.0
    return 1.0 if speaks_of(named, own) else 0.0 if speaks_of(named, heads) else -1.0


def speaks_of(honours: Sequence[Sequence[str]], text: str) -> bool:
    """Whether a text as compared names one of the honours, by any of its names."""
    return any(form in text for forms in honours for form in forms)


def share(terms: Sequence[Term], text: str) -> float:
    """How much of the terms' weight stands in `text`, 0..1."""
    total = held = 0.0
    for term in terms:
        total += term.weight
        held += term.weight * term.held(text)
    return held / total if total else 0.0


@lru_cache(maxsize=32768)
def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a text as compared."""
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def shown(question: Question, text: str) -> float:
    """1 where the text shows what is asked first, less for what is asked besides, 0 where nothing asked shows."""
    best = 0.0
    kinds = [intents()[name] for name in question.asked if intents()[name].shows]
    for place, intent in enumerate(kinds):
        if any(p.search(text) for p in intent.shows):
            best = max(best, 1.0 if place == 0 else 0.6)
    return best if kinds else 0.5


def gather(
    question: Question,
    hits: Sequence[Hit],
    nodes: Mapping[str, Node],
    documents: Mapping[str, Document],
    idf: Callable[[str], float],
    similarity: Callable[[str, Sequence[str]], Sequence[float]] | None = None,
    titles: str = "",
) -> list[Evidence]:
    """All sentences of the retrieved clauses with features and score, best first.

    `titles`: all documents' titles as compared; a word that stands in them tells documents apart (建材 or 石化).
    """
    terms = terms_of(question, idf)
    asked = comparable(question.text)
    pairs = pairs_of(asked)
    figures = set(_FIGURE.findall(asked))
    quoted = [comparable(q) for q in (*question.quoted, *question.titles)]
    naming = [t for t in terms if t.matter and t.text in titles]
    named_honours = honours_in(asked)
    top = hits[0].score if hits and hits[0].score > 0 else 1.0
    rows: list[tuple[Node, Document, Sentence, list[float]]] = []
    for rank, hit in enumerate(hits):
        node = nodes[hit.clause_id]
        if node.kind is NodeKind.TABLE and len(node.text) > WHOLE_TABLE:
            continue  # its rows stand for it
        document = documents[node.document_id]
        clause = comparable(node.text)
        above = nodes.get(node.parent_id or "")
        lead = above.text[:120] if above is not None and above.kind is NodeKind.CLAUSE else ""
        heads = comparable(
            " ".join((document.title, document.doc_no or "", *document.issuers, *node.path, lead, *node.columns))
        )
        around = f"{heads} {clause}"
        clause_share, around_share = share(terms, clause), share(terms, around)
        missing = max((t.weight * (1 - t.held(around)) for t in terms), default=0.0)
        clause_shows = shown(question, clause)
        named = float(_names(question, document))
        astray = 1 - share(naming, around) if naming else 0.0
        place = _region(question, document)
        whole = [Sentence(0, len(node.text), node.text)] if node.kind in (NodeKind.ROW, NodeKind.TABLE) else None
        for number, sentence in enumerate(whole or sentences(node.text)):
            own = comparable(sentence.text)
            rows.append(
                (
                    node,
                    document,
                    sentence,
                    [
                        share(terms, own),
                        clause_share,
                        around_share,
                        missing / 10,
                        len(pairs & pairs_of(own)) / len(pairs) if pairs else 0.0,
                        shown(question, own),
                        clause_shows,
                        len(figures & set(_FIGURE.findall(own))) / len(figures) if figures else 0.0,
                        sum(q in around for q in quoted) / len(quoted) if quoted else 0.0,
                        1 / (1 + rank),
                        hit.score / top,
                        0.0,
                        named,
                        place,
                        float(node.kind is NodeKind.HEADING),
                        float(node.kind in (NodeKind.ROW, NodeKind.TABLE)),
                        float(document.relation == "解读" or document.kind == "解读"),
                        float(len(own) < 14),
                        float(len(own) > 220),
                        float(number == 0),
                        _honour(named_honours, own, heads),
                        astray,
                    ],
                )
            )
    if similarity is not None and rows:
        for row, cosine in zip(rows, similarity(question.text, [r[2].text for r in rows]), strict=True):
            row[3][FEATURES.index("dense")] = float(cosine)
    found = [Evidence(n, d, s, tuple(f), probability(f)) for n, d, s, f in rows]
    return sorted(found, key=lambda e: -e.score)


def _names(question: Question, document: Document) -> bool:
    number = comparable(document.doc_no or "")
    title = comparable(document.title)
    return any(number and comparable(n) in number for n in question.doc_nos) or any(
        comparable(t) in title for t in (*question.titles, *question.spoken) if len(t) >= 4
    )


def _region(question: Question, document: Document) -> float:
    if not question.regions or document.region is None:
        return 0.0
    if any(
        document.region == r or (document.region != NATION and document.region in ancestors(r))
        for r in question.regions
    ):
        return 1.0
    return 0.3 if any(related(document.region, r) for r in question.regions) else -1.0


@cache
def weights() -> tuple[float, tuple[float, ...]]:
    """Intercept and one weight a feature, as learnt."""
    raw = yaml.safe_load(files("qa").joinpath("weights.yaml").read_text(encoding="utf-8"))
    return float(raw["intercept"]), tuple(float(raw["weights"].get(name, 0.0)) for name in FEATURES)


def probability(features: Sequence[float]) -> float:
    """The logistic model: how likely a sentence with these features is evidence."""
    intercept, learnt = weights()
    return 1 / (1 + math.exp(-(intercept + sum(w * f for w, f in zip(learnt, features, strict=True)))))
