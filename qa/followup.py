"""Follow-up questions: what was left out is taken from the question before ("那天津呢？", "要交什么材料？")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import lexicon
from index.tokenizer import words
from ingest.regions import find_regions, strip_regions
from qa.model import Turn

_POINTS_BACK = re.compile(
    r"^(那么?|还有|另外|然后)|(呢|呐)[?？。!！]*$|这个|那个|这项|该(政策|项目|奖励|补贴|办法)|上面|上述|它|前面|刚才"
)
_MEANING = 2  # a follow-up with at least this many words of its own about a matter is taken to stand alone

# words that ask and carry no matter of their own
_ASKING = re.compile(
    r"什么|多少|怎么|如何|哪些|哪个|哪里|几|吗|呢|需要|要|交|提交|准备|材料|条件|流程|部门|时候|时间|截止|申请|申报|办理|"
    r"奖励|补贴|补助|金额|比例|标准|政策|企业|公司|我们|可以|能|有|是|的"
)


def resolve(question: str, history: Sequence[Turn]) -> str:
    """The question made whole: with the matter, and where none is named the region, of the last question it leans on."""
    if not history or not question.strip():
        return question
    before = history[-1].question
    matter = [w for w in words(strip_regions(question)) if len(w) > 1 and not _ASKING.search(w)]
    matter = [w for w in matter if w not in lexicon.stopwords()]
    leans = bool(_POINTS_BACK.search(question.strip())) or not matter
    if not leans or len(matter) > _MEANING:
        return question
    named = find_regions(question)
    if named and not matter:  # only the place changes: the same question, asked of another region
        return f"{''.join(named)}{strip_regions(before)}"
    return f"{before} {question}"
