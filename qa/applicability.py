"""Does it apply? The asker's figure against the clause's, where both are plain; else no verdict is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
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


_BOUNDS = {"min": "{}以上", "over": "超过{}", "max": "不超过{}", "under": "低于{}"}


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
    """The comparison of the question's figures, each with the one bound of its unit in the sentence.

    `around`: the headings it stands under. None where there is nothing to compare, where several figures or bounds
    could be meant, or where the sentence shuts out rather than requires: no guess.
    """
    if not question.asks("applicability") or _SHUTS_OUT.search(f"{around} {sentence}"):
        return None
    given = [a for a in question.amounts if a.upper is None and a.unit and a.bound in ("exact", "approx")]
    limits = [a for a in read_amounts(sentence) if a.upper is None and meets(a.value, a) is not None]
    compared = [
        (met, amount, limit)
        for amount in given
        if (limit := _meant(question.text, sentence, amount, limits)) is not None
        and sum(other.unit == amount.unit for other in given) == 1
        and (met := meets(amount.value, limit)) is not None
    ]
    if not compared:
        return None
    met, amount, limit = min(compared, key=lambda c: c[0])  # one requirement missed decides
    bound = _BOUNDS[limit.bound].format(limit.text.strip())
    return Verdict(met, f"{amount.text.strip()}，{'达到' if met else '达不到'}“{bound}”的要求")


def _meant(asked: str, sentence: str, amount: Amount, limits: Sequence[Amount]) -> Amount | None:
    """The one bound that a figure of the question is to be held against; None where several could be meant."""
    same = [limit for limit in limits if limit.unit == amount.unit]
    if len(same) <= 1:
        return same[0] if same else None
    near = sorted(
        ((len(_before(asked, amount.start) & _before(sentence, limit.start)), i) for i, limit in enumerate(same)),
        reverse=True,
    )
    return same[near[0][1]] if near[0][0] > near[1][0] else None
