"""Does the corpus settle the question? Abstaining is an answer too: it names the nearest clauses and no figure.

The estimate is logistic over a few facts about the best evidence; its weights are learnt with those of the evidence
(`python -m evals.learn_evidence`), from questions the corpus answers, questions it does not, and answerable questions
from whose corpus the answer has been taken away.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from functools import cache
from importlib.resources import files

import yaml

from index import Hit
from ingest.regions import NATION, family, find_regions
from qa.evidence import Evidence, Term, comparable, honours_in, share, speaks_of
from qa.question import Intent, Question, intents

FEATURES = (
    "best",  # log-odds of the best sentence
    "typed",  # question covered by a sentence that shows the asked kind of thing
    "lexical",  # of the best clause, by words
    "matter",  # share of the question's matter that the best clause holds with its headings
    "matter_any",  # share of the question's matter that any sentence holds with its headings
    "unknown",  # share of it in words that stand nowhere in the corpus
    "astray",  # share of the words that tell documents apart which the best clause's document lacks
    "whole",  # all of the matter stands in one sentence, with the asked figure where one is asked
    "gap",  # matter held by the best words without the asked figure, less matter held by the best with one
    "left_open",  # the kind of figure asked outright does not stand in the best clause
    "contact",  # a telephone number or address is asked and not in the first three
    "levels",  # 国家级, 省级 … named and not in the best sentence
    "honour",  # none of the first five sentences speaks of the named honour
    "year",  # the named year is not in the best sentence
    "outlived",  # … and comes after all those for which it holds
    "elsewhere",  # the best clause is not of the named region itself
    "heading",  # the best sentence is a heading
    "document",  # it stands in a document that the question names
    "figure",  # a figure is asked
    "money",  # an amount of money is asked outright
    "verdict",  # a yes or no is asked
    "gathered",  # a list, conditions, steps or papers are asked
    "named",  # a meaning, a document or a department is asked
    "words",  # how many words the question has, in tens
    "worked",  # how well the best calculator fits that could be worked out
)

WHOLE = 0.95  # share of the question's matter that counts as all of it
SAY_MORE = "请用中文提出与政策有关的问题，例如某项奖励的金额、申报条件、材料、期限或负责部门。"
_YEAR = re.compile(r"20\d\d")
_HAN = re.compile(r"[\u3400-\u9fff]")


def speaks_of_policy(question: Question) -> bool:
    """Whether there is anything to look up: at least two Chinese characters, or a document number."""
    return len(_HAN.findall(question.text)) >= 2


def names_a_matter(question: Question, terms: Sequence[Term]) -> bool:
    """Whether a question says what it is about, by any word that does not just ask, count or name a place."""
    return bool(question.doc_nos or question.titles) or any(t.matter for t in terms)


def features(
    question: Question,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    terms: Sequence[Term],
    knows: Callable[[str], bool],
    worked: float,
) -> tuple[float, ...]:
    """The facts that decide, in the order of FEATURES. `hits` and `evidence` are ranked and not empty.

    `knows` tells whether a word stands in the corpus at all: a word that nobody there uses may be the asker's own.
    `worked`: fit (0..1) of the best calculator that could be worked out.
    """
    best, first = evidence[0], evidence[:5]
    asked, text = comparable(question.text), around(best)
    matter = [t for t in terms if t.matter]
    total = sum(t.weight for t in matter) or 1.0
    lexical = next((hit.lexical for hit in hits if hit.clause_id == best.node.id), 0.0)
    nearby = comparable(" ".join(e.node.text for e in first[:3]))
    kinds = [intents()[k] for k in _FIGURES if k in question.asked]
    if not kinds and question.asks("calculation"):
        kinds = [intents()["amount"], intents()["rate"]]
    with_figure, without = _coverage(matter, evidence[:25], kinds, whole=question.asks("deadline", "target", "contact"))
    years = set(_YEAR.findall(asked))
    levels = [level for level in _LEVELS if level in asked]
    contact = question.asks("contact") and not any(p.search(nearby) for p in intents()["contact"].shows)
    flags = (
        left_open(question, best.node.text) is not None,
        contact,
        bool(levels) and not any(level in text for level in levels),
        all(another_honour(question, e) for e in first),
        bool(years) and not years & set(_YEAR.findall(text)),
        outlived(question, best),
        bool(question.regions) and best.document.region not in question.regions,
        best.feature("heading") > 0,
        best.feature("named_document") > 0,
        bool(kinds),
        bool(_MONEY_ASKED.search(asked)),
        question.asks("applicability"),
        question.asks("list", "condition", "procedure", "materials"),
        question.asks("definition", "document", "department"),
    )
    best_held = max((share(matter, around(e)) for e in evidence[:25]), default=1.0) if matter else 1.0
    return (
        math.log((best.score + 1e-6) / (1 - best.score + 1e-6)),
        max((e.feature("own") for e in evidence if e.feature("shows") > 0), default=0.0),
        lexical,
        share(matter, f"{text} {comparable(best.node.text)}") if matter else 1.0,
        best_held,
        sum(t.weight for t in matter if not knows(t.text)) / total,
        best.feature("astray"),
        float((with_figure if kinds else best_held) >= WHOLE),
        max(0.0, without - with_figure) if kinds else 0.0,
        *map(float, flags),
        len(terms) / 10,
        worked,
    )


_FIGURES = ("amount", "rate", "score", "deadline", "target", "contact")  # kinds of question that ask for a figure
_LEVELS = ("国家级", "省级", "市级", "县级", "区级")
_PIECE = re.compile(r"[，,；;。：:（）()！？!?]")
_MONEY_ASKED = re.compile(r"多少(万|亿)?元|多少钱|多少万|几万|(金额|万元|奖励|补贴|补助|标准)[?？]?$")


def _coverage(
    matter: Sequence[Term], evidence: Sequence[Evidence], kinds: Sequence[Intent], *, whole: bool
) -> tuple[float, float]:
    """How much of the matter stands, under its headings, beside a figure of the asked kinds; and how much without one.

    Sentences are read piece by piece, between commas: 对A奖励100万元，对B给予一定补助 says a figure of A, none of B.
    `whole`: by the sentence, since a date or target may stand before all that it is about.
    """
    with_figure = without = 0.0
    total = sum(t.weight for t in matter) or 1.0
    for e in evidence:
        over = heads(e)
        above = [(t, t.held(over)) for t in matter]
        sure = sum(t.weight * held for t, held in above)
        open_ = [(t, held) for t, held in above if held < 1]
        led_by = ""  # pieces since the last figure, which the next figure speaks of
        said = comparable(e.sentence.text)
        for piece in (said,) if whole else _PIECE.split(said):
            shows = any(p.search(piece) for kind in kinds for p in kind.shows)
            scope = f"{led_by} {piece}" if shows else piece
            held = (sure + sum(t.weight * max(0.0, t.held(scope) - had) for t, had in open_)) / total
            if shows:
                with_figure, led_by = max(with_figure, held), ""
            else:
                without, led_by = max(without, held), f"{led_by} {piece}"
    return with_figure, without


def heads(e: Evidence) -> str:
    """The title and headings a sentence stands under, as compared."""
    return comparable(" ".join((e.document.title, *e.node.path, *e.node.columns)))


def around(e: Evidence) -> str:
    """A sentence with the title and headings it stands under, as compared."""
    return f"{heads(e)} {comparable(e.sentence.text)}"


_ASKED_FIGURES = (  # what is asked outright, and how a figure of that kind looks
    ("金额", re.compile(r"多少(万|亿)?元|多少钱|多少万|具体金额|金额(是|为)?多少|几(万|块|分)钱"), re.compile(r"\d\s*(万|亿)?元|[一二三四五六七八九十百千]+(万|亿)?元")),
    ("比例", re.compile(r"百分之(几|多少)|多少比例|比例(是|为)?多少|(税|费|征收)率(是|为)?(多少|百分)"), re.compile(r"\d\s*[%％‰]|百分之|倍|减半|免征|个百分点")),
    ("人数", re.compile(r"(几|多少)个?(人|名)"), re.compile(r"\d\s*(人|名)|[一二三四五六七八九十]+(人|名)")),
)  # fmt: skip


def left_open(question: Question, said: str) -> str | None:
    """The figure that is asked outright and that the found passages do not state (金额, 比例 …); None where they do."""
    asked, text = comparable(question.text), comparable(said)
    for name, asks, shows in _ASKED_FIGURES:
        if asks.search(asked) and not shows.search(text):
            return name
    return None


def another_honour(question: Question, best: Evidence) -> bool:
    """Whether the question names honours (高新技术企业, 绿色工厂 …) and the sentence, with all it stands under, none of them.

    What one honour earns says nothing of another. Only for questions of an amount or a rate of one thing.
    """
    if not question.asks("amount", "rate") or question.asks("compare"):
        return False
    named = honours_in(comparable(question.text))
    return bool(named) and not speaks_of(named, around(best))


_UNTIL = re.compile(r"(?:至|到|—|－|-)(20\d\d)年")


def outlived(question: Question, best: Evidence) -> bool:
    """Whether the question asks of a year after the last one for which the best sentence or its document holds.

    A rule is never carried on past its end: what came after is another text's to say.
    """
    ends = [int(y) for y in _UNTIL.findall(comparable(best.sentence.text))]
    if best.document.valid_to is not None:
        ends.append(best.document.valid_to.year)
    return bool(ends) and any(int(y) > max(ends) for y in _YEAR.findall(question.text))


def places_without_text(question: Question, regions: Collection[str | None]) -> list[str]:
    """Places that the question names where of none of them, or of places within or (but the nation) around, is any text.

    A place named beside one that has texts (在上海、深圳上市, 从北京迁来) is no reason to say nothing of that one.
    """
    here = {r for r in regions if r}
    named = [name for name in find_regions(question.text) if name != NATION]
    return [] if any((family(name) - {NATION}) & here for name in named) else named


@cache
def _weights() -> tuple[float, tuple[float, ...], float]:
    raw = yaml.safe_load(files("qa").joinpath("weights.yaml").read_text(encoding="utf-8"))["settle"]
    return float(raw["intercept"]), tuple(float(raw["weights"].get(f, 0.0)) for f in FEATURES), float(raw["threshold"])


def confidence(facts: Sequence[float]) -> float:
    """How likely the best evidence answers the question, 0..1, from `features`."""
    intercept, weights, _ = _weights()
    return 1 / (1 + math.exp(-(intercept + sum(w * f for w, f in zip(weights, facts, strict=True)))))


def threshold() -> float:
    """Below this confidence the answer is that the corpus does not settle the question."""
    return _weights()[2]
