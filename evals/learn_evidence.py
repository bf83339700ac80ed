"""Learn the evidence weights from a question set: `python -m evals.learn_evidence [--set FILE …] [--write]`.

Two small linear models, few features, cross-validated by question: which sentences are evidence (`qa/evidence.py`),
and whether the best evidence settles the question (`qa/settle.py`). The first is learnt listwise (a right sentence
should be drawn from the softmax over the question's sentences: what matters is who comes first), then put on the scale
of a probability. For the second, each answerable question is asked twice: as it is, and with its evidence clauses (and
what says the same) taken out of the corpus, which makes it unanswerable; so what is learnt is "the answer stands
here", not only the wording of the unanswerable questions of the sets.
Only weights leave this script: no text of a question does. Needs scikit-learn (it comes with sentence-transformers).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evals.questions import dev_set, fresh_set, shipped_set
from evals.text import pieces, squeeze
from index import tune
from ingest.workspace import Workspace
from qa import evidence as ev
from qa import settle
from qa.answering import retrieve, weigh, worked_fit
from qa.compose import alike
from qa.engine import Engine
from qa.linking import link
from qa.question import understand

ON = date(2019, 6, 1)  # the day asked about: outcomes of calculators do not depend on it
ABSTAINED_WRONGLY = 0.03  # the share of answerable questions that may be turned away
WORKED_OUT = ("calculation", "score")  # types that a calculator answers, however doubtful the sentences are
WEIGHTS = Path(ev.__file__).with_name("weights.yaml")


def quotes_of(row: dict[str, Any]) -> list[str]:
    return [squeeze(e["quote"]) for choice in [row["evidence"], *row.get("evidence_alt", [])] for e in choice]


def is_evidence(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether a sentence holds a piece of a quote (or the quote holds it)."""
    text = squeeze(sentence)
    for quote in quotes:
        if (
            quote in text
            or (len(text) >= 12 and text.rstrip("。;；") in quote)
            or any(piece in text for piece in pieces(quote))
        ):
            return True
    return False


def listwise(features: Any, target: Any, group: Any) -> Any:
    """Weights that make the right sentences of each question likely under the softmax of the scores."""
    spread = features.std(0) + 1e-6
    standard = (features - features.mean(0)) / spread
    questions = [tune.Example(standard[group == number], target[group == number]) for number in np.unique(group)]
    return tune.learn(questions, np.zeros(len(spread)), pull=0.003, steps=300, rate=0.05, sharpness=1.0) / spread


def learn(rows: Sequence[dict[str, Any]], engine: Engine, use_region: bool = True) -> dict[str, Any]:
    """Both models' weights, with cross-validated figures printed."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold

    X: list[tuple[float, ...]] = []
    y: list[int] = []
    groups: list[int] = []
    pools = []
    for number, row in enumerate(rows):
        question = understand(
            row["question"], region=row.get("region") if use_region else None, repair=engine.index.repaired
        )
        hits = retrieve(engine, question)
        found = weigh(engine, question, hits)
        quotes = quotes_of(row) if row["type"] != "unanswerable" else []
        gold = [int(is_evidence(e.sentence.text, quotes)) for e in found]
        pools.append((question, hits, quotes, row["type"] in WORKED_OUT))
        if quotes:
            for e, g in zip(found, gold, strict=True):
                X.append(e.features)
                y.append(g)
                groups.append(number)
    features, target, group = np.array(X), np.array(y), np.array(groups)
    first = []
    scores = np.zeros(len(target))
    for train, test in GroupKFold(5).split(features, target, group):
        weights = listwise(features[train], target[train], group[train])
        scores[test] = features[test] @ weights
    for number in sorted(set(groups)):
        mine = group == number
        if target[mine].any():
            first.append(target[mine][np.argmax(scores[mine])])
    print(f"evidence first (5-fold): {np.mean(first):.3f} of {len(first)} questions with evidence among candidates")
    weights = listwise(features, target, group)
    scale = LogisticRegression(C=100.0).fit((features @ weights)[:, None], target)
    learnt = {
        "intercept": round(float(scale.intercept_[0]), 4),
        "weights": {n: round(float(w * scale.coef_[0, 0]), 4) for n, w in zip(ev.FEATURES, weights, strict=True)},
    }
    WEIGHTS.write_text(yaml.safe_dump(learnt | {"settle": blank()}, allow_unicode=True, sort_keys=False))
    ev.weights.cache_clear()

    S: list[tuple[float, ...]] = []
    s: list[int] = []
    real: list[bool] = []
    easy: list[bool] = []
    for question, hits, quotes, worked_out in pools:
        found = weigh(engine, question, hits)
        if not found:
            continue
        terms = ev.terms_of(question, engine.index.idf)

        def facts(hits: Any, found: Any, question: Any = question, terms: Any = terms) -> tuple[float, ...]:
            linked = link(question, found, as_of=ON, clauses=engine.clauses)
            return settle.features(question, hits, found, terms, engine.index.knows, worked_fit(linked))

        S.append(facts(hits, found))
        s.append(int(bool(quotes)))
        real.append(True)
        easy.append(worked_out)
        gone = {
            e.node.id for e, g in zip(found, [is_evidence(e.sentence.text, quotes) for e in found], strict=True) if g
        }
        texts = [engine.nodes[i].text for i in gone]
        left = [
            h
            for h in hits
            if h.clause_id not in gone and all(alike(engine.nodes[h.clause_id].text, t) < 0.4 for t in texts)
        ]
        other = weigh(engine, question, left)
        if other and gone:
            S.append(facts(left, other))
            s.append(0)
            real.append(False)
            easy.append(False)
    sx, sy, sr = np.array(S), np.array(s), np.array(real)
    weight = np.where(sr & (sy == 0), 4.0, np.where(sy == 0, 0.15, 1.0))
    mean, spread = sx.mean(0), sx.std(0) + 1e-9
    out = np.zeros(len(sy))
    for train, test in GroupKFold(5).split(sx, sy, np.arange(len(sy))):
        m = LogisticRegression(C=0.03, max_iter=2000).fit(
            (sx[train] - mean) / spread, sy[train], sample_weight=weight[train]
        )
        out[test] = m.predict_proba((sx[test] - mean) / spread)[:, 1]
    best = float(np.quantile(out[sr & (sy == 1) & ~np.array(easy)], ABSTAINED_WRONGLY))
    asked = sr & ~np.array(easy)
    print(f"settle (5-fold): answerable above unanswerable {roc_auc_score(sy[asked], out[asked]):.3f} of the time")
    print(
        f"settle (5-fold) threshold {best:.2f}: abstains right {np.mean(out[sr & (sy == 0)] < best):.3f}, "
        f"wrongly {np.mean(out[sr & (sy == 1)] < best):.3f}; answer taken away {np.mean(out[~sr] < best):.3f}"
    )
    m = LogisticRegression(C=0.03, max_iter=2000).fit((sx - mean) / spread, sy, sample_weight=weight)
    coefficient = m.coef_[0] / spread
    learnt["settle"] = {
        "intercept": round(float(m.intercept_[0] - (coefficient * mean).sum()), 4),
        "weights": {n: round(float(w), 4) for n, w in zip(settle.FEATURES, coefficient, strict=True)},
        "threshold": round(float(best), 3),
    }
    return learnt


def blank() -> dict[str, Any]:
    return {"intercept": 0.0, "weights": {}, "threshold": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, nargs="+", default=[dev_set(), shipped_set(), fresh_set()])
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--write", action="store_true", help="write qa/weights.yaml")
    args = parser.parse_args()
    rows = [
        json.loads(line) for path in args.set for line in path.read_text(encoding="utf-8").split("\n") if line.strip()
    ]
    before = WEIGHTS.read_text(encoding="utf-8")
    try:
        learnt = learn(rows, Engine.open(Workspace.resolve(args.workspace)))
    except BaseException:
        WEIGHTS.write_text(before, encoding="utf-8")
        raise
    head = "# Learnt by `python -m evals.learn_evidence`; see there for what from and how.\n"
    text = head + yaml.safe_dump(learnt, allow_unicode=True, sort_keys=False)
    WEIGHTS.write_text(text if args.write else before, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
