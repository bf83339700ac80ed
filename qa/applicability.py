"""Does it apply? The asker's figure against the clause's, where both are plain; else no verdict is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ingest.amounts import Amount, read_amounts
from qa.question import Question

# what shuts out, or undoes: a bound in such words is no requirement to be met
_SHUTS_OUT = re.compile(
    r"不得|不予|不再|不享受|不能|除外|取消|处罚|违法|违规|未满|未达|不足|不满|情形之一|一票否决|追回|限制"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the condition is met, and the comparison in words: "2800万元 < 3000万元（含）以上"."""

    met: bool
    comparison: str

    @property
    def text(self) -> str:
        return f"符合这一条件（{self.comparison}）" if self.met else f"不能，不符合这一条件（{self.comparison}）"


def meets(value: Decimal, limit: Amount) -> bool | None:
    """Whether `value` keeps the limit as the law reads it; None where the wording sets no bound.

    以上, 不低于, 满 include the figure ("min"), 超过, 高于 do not ("over"); 以下, 不超过 include it ("max"), 低于, 不足 do not.
    """
    match limit.bound:
        case "min":
            return value >= limit.value
        case "over":
            return value > limit.value
        case "max":
            return value <= limit.value
        case "under":
            return value < limit.value
        case _:
            return None


def _before(text: str, start: int, size: int = 10) -> set[str]:
    context = re.sub(r"[\s\d,.，。；、]", "", text[max(0, start - size) : start])
    return {context[i : i + 2] for i in range(len(context) - 1)}


def verdict(question: Question, sentence: str, around: str = "") -> Verdict | None:
    """The comparison of one figure of the question with the one bound of the same unit in the sentence.

    `around`: the headings it stands under. None where there is nothing to compare, where several figures or bounds
    could be meant, or where the sentence shuts out rather than requires: no guess.
    """
    if not question.asks("applicability") or _SHUTS_OUT.search(f"{around} {sentence}"):
        return None
    given = [a for a in question.amounts if a.upper is None and a.unit and a.bound in ("exact", "approx")]
    limits = [a for a in read_amounts(sentence) if a.upper is None and meets(a.value, a) is not None]
    pairs = []
    for amount in given:
        for limit in limits:
            if limit.unit != amount.unit:
                continue
            near = _before(question.text, amount.start) & _before(sentence, limit.start)
            pairs.append((len(near), amount, limit))
    if not pairs:
        return None
    pairs.sort(key=lambda p: -p[0])
    if len(pairs) > 1 and pairs[0][0] == pairs[1][0]:
        return None
    _, amount, limit = pairs[0]
    if len(pairs) > 1 and pairs[0][0] == 0:
        return None
    met = meets(amount.value, limit)
    if met is None:
        return None
    return Verdict(met, f"{amount.text.strip()}，{'达到' if met else '达不到'}“{limit.text.strip()}”的要求")
