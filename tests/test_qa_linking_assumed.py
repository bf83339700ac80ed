"""What is taken as met where the question is silent (…达标) does meet the rule's condition."""

from __future__ import annotations

from datetime import date

import pytest

from qa import calculators
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
