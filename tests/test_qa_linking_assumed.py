"""What is taken as met where the question is silent (…达标) does meet the rule's condition."""

from __future__ import annotations

from datetime import date

import pytest

from qa import calculators
from qa.linking import link
from qa.question import understand
from qa.reading import read
from qa.told import tell
from qa.wordings import Guide, wordings

ASSUMING = [g for g in wordings().guides if any("达标" in c.said_as for c in g.cues.values())]


@pytest.mark.parametrize("guide", ASSUMING, ids=lambda g: g.id)
def test_what_is_taken_as_met_is_met(guide: Guide) -> None:
    rule = calculators.get(guide.id)
    reading = read(rule, guide, tell("无"))
    result = calculators.run(guide.id, reading.inputs, as_of=date(2019, 6, 1), clauses=None)
    taken = [rule.input(n).label for n, said in reading.assumed.items() if "达标" in said]
    failed = [s.text for s in result.steps if s.text.endswith("不符合")]
    assert not [t for t in failed if t.startswith(tuple(taken))] if taken else True


@pytest.mark.parametrize(
    ("question", "open_"),
    [
        ("宁波一家企业科技人员8人，能申请高新技术企业吗", "total_staff_count"),
        ("山西高企认定，我们职工总数237人，能申请吗", "tech_staff_count"),
    ],
)
def test_nobody_is_refused_for_a_figure_that_was_only_assumed(question: str, open_: str) -> None:
    for linked in link(understand(question), (), as_of=date(2019, 6, 1), clauses=None):
        assert linked.calculation is None or linked.calculation.eligible is not False
        assert linked.calculation is not None or open_ in {i.name for i in linked.missing}


def test_a_figure_that_is_told_refuses_whatever_else_was_assumed() -> None:
    (linked, *_) = link(
        understand("宁波公司一共200人，科技人员15人，够高企条件吗"), (), as_of=date(2019, 6, 1), clauses=None
    )
    assert linked.calculation is not None and linked.calculation.eligible is False
