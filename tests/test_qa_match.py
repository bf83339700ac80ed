"""Matching: what a profile is told about policies, on the real corpus."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ingest.model import IngestError
from ingest.workspace import Workspace
from qa.calculators import Rule, all_rules, dumps, get
from qa.cli import app
from qa.engine import Engine
from qa.match import (
    APPLIES,
    DOES_NOT,
    MAY_APPLY,
    MatchReport,
    Policy,
    Profile,
    fields,
    load_profile,
    match,
    show,
    to_docx,
    to_ics,
    to_markdown,
    trial,
)
from qa.match.answers import years_between
from qa.match.matching import _possible, _worth
from qa.match.profile import knowledge
from qa.match.trial import attempt

AS_OF = date(2019, 6, 1)
JIZHOU: dict[str, Any] = {
    "region": "蓟州区",
    "name": "甲公司",
    "is_industrial": True,
    "is_sme": True,
    "energy_saving_tce": 5000,
    "honours": ["中国驰名商标", "津门老字号"],
    "tax_region": "蓟州区",
    "planned_listing": "新三板",
}
HEBEI: dict[str, Any] = {
    "region": "石家庄",
    "industry": "羊绒制品",
    "is_industrial": True,
    "is_sme": True,
    "is_legal_person": True,
    "founded": "2014-05-01",
    "revenue_wan": 8000,
    "revenue_growth_pct": 12,
    "rd_spending_wan": 300,
    "taxable_income_wan": 80,
    "staff": 90,
    "assets_wan": 2500,
    "tax_year": 2018,
    "standards": {"national": 1},
    "new_honours": ["国家级企业技术中心"],
    "listing": "新三板",
    "projects": [{"type": "技术改造", "investment_wan": 12000}],
    "inputs": {"is_restricted_industry": False},
}


@pytest.fixture(scope="module")
def engine(workspace: Path) -> Engine:
    return Engine.open(Workspace(workspace))


@pytest.fixture(scope="module")
def jizhou(engine: Engine) -> MatchReport:
    return match(engine, JIZHOU, as_of=AS_OF)


@pytest.fixture(scope="module")
def hebei(engine: Engine) -> MatchReport:
    return match(engine, HEBEI, as_of=AS_OF)


@pytest.fixture(scope="module")
def bare(engine: Engine) -> MatchReport:
    return match(engine, {"region": "河北省"}, as_of=AS_OF)


def one(report: MatchReport, calculator: str, what: str = "") -> Policy:
    found = [p for p in report.policies if p.calculator == calculator and what in p.what]
    assert len(found) == 1, [p.key for p in found]
    return found[0]


# --- what applies -----------------------------------------------------------------------------------------------------


def test_five_thousand_tonnes_saved_in_jizhou_are_worth_120_wan(jizhou: MatchReport) -> None:
    policy = one(jizhou, "jizhou-energy-saving-subsidy")
    assert policy.status == APPLIES
    assert policy.amount is not None and (policy.amount.low, policy.amount.high) == (120, 120)
    assert policy.amount.text == "120万元"
    assert "区工信委" in [d.department for d in policy.departments]
    assert any("未填" in note for note in policy.assumed)  # earlier grants count as none, and it is said


def test_every_quote_stands_in_its_clause(jizhou: MatchReport, hebei: MatchReport, engine: Engine) -> None:
    for report in (jizhou, hebei):
        for policy in report.policies:
            assert policy.clauses, policy.key
            for quote in (*policy.clauses, *(q for item in policy.checklist for q in item.quotes)):
                text = "".join(engine.nodes[quote.clause_id].text.split())
                assert "".join(quote.quote.split()) in text
            named = [c.clause_id for c in policy.conditions] + [d.clause_id for d in policy.departments]
            assert all(c in engine.nodes for c in named if c)


def test_each_honour_is_a_case_of_its_own(jizhou: MatchReport) -> None:
    assert one(jizhou, "jizhou-brand-award", "中国驰名商标").amount.text == "10万元"  # type: ignore[union-attr]
    assert one(jizhou, "jizhou-brand-award", "津门老字号").amount.text == "5万元"  # type: ignore[union-attr]


def test_an_amount_is_cited_by_the_words_that_give_it(jizhou: MatchReport) -> None:
    policy = one(jizhou, "jizhou-brand-award", "中国驰名商标")
    assert any("驰名商标" in c.quote and "10万元" in c.quote for c in policy.clauses)


def test_what_is_only_planned_gives_no_certain_amount(jizhou: MatchReport) -> None:
    policy = one(jizhou, "jizhou-neeq-subsidy")
    assert policy.status == MAY_APPLY
    assert policy.amount is None
    assert policy.possible is not None and policy.possible.text == "250万元"
    assert "新三板" in policy.missing[0].label


def test_a_hebei_enterprise_gets_its_standards_and_listing_paid_and_hears_of_alternatives(hebei: MatchReport) -> None:
    standards = one(hebei, "hebei-wqzx-standard-subsidy")
    assert standards.status == APPLIES and standards.amount.text == "20万元"  # type: ignore[union-attr]
    assert "hebei-private-economy-standards-subsidy" in standards.alternatives
    assert any(
        {"hebei-wqzx-neeq-reward", "hebei-private-economy-neeq-listing-reward"} <= set(g) for g in hebei.alternatives
    )
    assert one(hebei, "hebei-wqzx-techup-threshold").status == APPLIES


def test_a_small_low_profit_enterprise_has_its_tax_worked_out(hebei: MatchReport) -> None:
    policy = one(hebei, "national-cit-small-low-profit-2018")
    assert policy.status == APPLIES
    assert policy.calculation is not None and policy.calculation["outputs"]["tax_wan"] == 8  # 80 × 50% × 20%


def test_a_failed_condition_is_named_with_both_figures(hebei: MatchReport) -> None:
    policy = one(hebei, "hebei-zjtx-eligibility")
    assert policy.status == DOES_NOT
    assert "12%" in policy.reason and "15%" in policy.reason
    failed = [c for c in policy.conditions if c.state == "不符合"]
    assert len(failed) == 1 and failed[0].clause_id
    assert any(c.state == "符合" and "8000万元" in c.text for c in policy.conditions)


def test_missing_inputs_are_named_by_their_labels(hebei: MatchReport) -> None:
    policy = one(hebei, "hebei-tech-upgrade-subsidy")
    assert policy.status == MAY_APPLY and policy.amount is None
    assert [n.input for n in policy.missing] == [
        "recognized_investment_wan"
    ]  # what is planned is not what is recognised
    assert policy.missing[0].label in policy.reason


# --- nothing unknown is taken as met ------------------------------------------------------------------------------------


def test_a_region_alone_gives_no_confident_amount(bare: MatchReport) -> None:
    assert {p.status for p in bare.policies} == {MAY_APPLY, DOES_NOT}
    assert all(p.amount is None and p.calculation is None for p in bare.policies)
    for policy in bare.of(DOES_NOT):
        assert policy.reason.startswith("对象是"), policy.key  # only those that are not for enterprises at all
    for policy in bare.of(MAY_APPLY):
        assert policy.missing, policy.key


def test_defaults_that_decide_must_be_told(engine: Engine) -> None:
    report = match(engine, {"region": "河北省", "inputs": {"quality_award": "china_quality_award"}}, as_of=AS_OF)
    policy = one(report, "hebei-wqzx-brand-reward")
    assert policy.status == MAY_APPLY  # 首次获得 has a default in the calculator, and is not known
    assert [n.input for n in policy.missing] == ["is_first_time"]
    told = {"quality_award": "china_quality_award", "is_first_time": True}
    report = match(engine, {"region": "河北省", "inputs": told}, as_of=AS_OF)
    assert one(report, "hebei-wqzx-brand-reward").amount.text == "200万元"  # type: ignore[union-attr]


def test_a_known_failure_decides_though_much_is_open(engine: Engine) -> None:
    report = match(engine, {"region": "蓟州区", "is_industrial": True, "energy_saving_tce": 10}, as_of=AS_OF)
    policy = one(report, "jizhou-energy-saving-subsidy")
    assert policy.status == DOES_NOT and "10吨标准煤" in policy.reason
    trial = attempt("hebei-zjtx-eligibility", {"revenue_wan": Decimal(1)})
    assert not trial.can_hold and [c.text for c in trial.settled(False)]
    trial = attempt("hebei-zjtx-eligibility", {"revenue_wan": Decimal(90000)})
    assert trial.can_hold and not trial.settled(False)


def test_filling_in_finds_a_way_to_hold_for_almost_every_rule() -> None:
    """What cannot be reached would be called 不适用: the search must find the way where there is one."""
    never = [r.id for r in all_rules() if r.kind != "score" and not attempt(r.id, {}).can_hold]
    assert len(never) <= 2, never


_CHOICES = {r.id: [i for i in r.inputs if i.type in ("boolean", "choice")] for r in all_rules()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_telling_more_never_contradicts_a_verdict(data: st.DataObject) -> None:
    """A settled condition stays as it is, and 不适用 stays 不适用, whatever is told in addition."""
    rule = get(data.draw(st.sampled_from([k for k, v in _CHOICES.items() if len(v) > 1 and "score" not in k])))
    first, second = data.draw(st.permutations(_CHOICES[rule.id]))[:2]

    def value(spec: Any) -> Any:
        return data.draw(st.booleans() if spec.type == "boolean" else st.sampled_from(list(spec.choices)))

    known = {first.name: value(first)}
    before = attempt(rule.id, known)
    after = attempt(rule.id, known | {second.name: value(second)})
    if not after.outcomes:
        return
    assert {c.text for c in before.settled(True)} <= {c.text for c in after.settled(True)}
    assert {c.text for c in before.settled(False)} <= {c.text for c in after.settled(False)}
    if before.settled(False) and not before.can_hold:
        assert not after.can_hold


TRIED = [r for r in all_rules() if r.kind != "score"]


def drawn(data: st.DataObject, rule: Rule, names: Iterable[str]) -> dict[str, Any]:
    """Any value for each input: one of those that matching tries, or any number."""
    out = {}
    for name in names:
        spec = rule.input(name)
        numbers = st.integers(0, 200_000).map(Decimal) if spec.type in ("number", "integer") else st.nothing()
        out[name] = data.draw(st.sampled_from(trial._values(rule.id, name)) | numbers)
    return {n: v for n, v in out.items() if v is not None}


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_verdict_is_undone_by_what_was_not_told(data: st.DataObject) -> None:
    """Of any full set of inputs, some are told: 不适用 must fail, 适用 must hold, and what is promised must come."""
    rule = data.draw(st.sampled_from(TRIED))
    names = [i.name for i in rule.inputs]
    told = data.draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names)))
    known = drawn(data, rule, told)
    found = attempt(rule.id, known)
    if found.error or not found.outcomes:
        return
    rest = drawn(data, rule, [n for n in names if n not in known])
    truth, problem = trial._run(rule, known | rest)
    if truth is None:
        assert problem
        return
    if not found.can_hold and found.settled(False):
        assert not truth.holds, (known, rest)
    if not found.open and found.usual is not None and found.usual.holds and not found.deciding():
        assert truth.holds, (known, rest)
    promised = _possible(rule, found) if found.open else None
    usual, _ = trial._run(rule, known | {n: v for n, v in rest.items() if rule.input(n).required})
    if promised is not None and usual is not None and usual.holds and (worth := _worth(rule, usual)) is not None:
        assert promised.low <= worth.low and worth.high <= promised.high, (known, rest)


# --- regions, time, order ---------------------------------------------------------------------------------------------


def test_only_the_region_and_those_above_it_speak(jizhou: MatchReport, hebei: MatchReport) -> None:
    assert {p.region for p in jizhou.policies} == {"天津市蓟州区", "全国"}
    assert {p.region for p in hebei.policies} == {"河北省", "全国"}


def test_every_rule_of_the_region_is_accounted_for(bare: MatchReport) -> None:
    wanted = {r.id for r in all_rules() if r.region in ("河北省", "全国")}
    assert {p.calculator for p in bare.policies} == wanted


def test_expired_policies_are_said_to_be_and_come_after(engine: Engine) -> None:
    report = match(engine, HEBEI, as_of=date(2026, 1, 1))
    for status in (APPLIES, MAY_APPLY, DOES_NOT):
        expired = [p.expired for p in report.of(status)]
        assert expired == sorted(expired)
    small = one(report, "national-cit-small-low-profit-2018")
    assert small.expired and small.validity.status == "已到期"
    assert "已到期" in show(report)


def test_policies_of_a_group_are_sorted_by_worth(jizhou: MatchReport) -> None:
    worths = [p.amount.high for p in jizhou.of(APPLIES) if p.group == "奖励与补助" and p.amount]
    assert worths == sorted(worths, reverse=True) and len(worths) >= 3


# --- checklist and calendar -------------------------------------------------------------------------------------------


def test_a_list_of_materials_is_quoted_whole(bare: MatchReport) -> None:
    items = {i.topic: i for i in one(bare, "hebei-abs-issuer-reward").checklist}
    assert list(items) == ["材料", "步骤", "受理部门", "期限"]
    text = "\n".join(q.quote for q in items["材料"].quotes)
    assert "资金申请报告" in text and "账户信息表" in text and "其他证明材料" in text
    assert "7月30日前" in items["期限"].quotes[0].quote


def test_what_the_text_does_not_say_is_said(jizhou: MatchReport) -> None:
    policy = one(jizhou, "jizhou-energy-saving-subsidy")
    assert all(not i.quotes for i in policy.checklist)
    assert "**材料**：原文未载" in to_markdown(jizhou)


def test_the_calendar_holds_yearly_deadlines_and_ends_of_validity(bare: MatchReport, engine: Engine) -> None:
    def yearly(as_of: date) -> list[tuple[date | None, bool]]:
        report = match(engine, {"region": "河北省"}, as_of=as_of)
        return [(e.day, e.passed) for e in report.calendar if e.yearly and "每年7月30日前" in e.text]

    assert yearly(date(2017, 1, 1)) == [(date(2017, 7, 30), False)]
    assert yearly(date(2018, 8, 1)) == [(date(2018, 7, 30), True)]  # valid to April 2019: there is no next time
    assert any(e.kind == "有效期止" and e.day == date(2020, 12, 31) for e in bare.calendar)
    coming = [e.day for e in bare.calendar if e.day and not e.passed]
    assert coming == sorted(coming)


def test_the_ics_file_is_read_back(bare: MatchReport) -> None:
    from icalendar import Calendar

    entries = Calendar.from_ical(to_ics(bare)).walk("VEVENT")
    assert len(entries) == sum(e.day is not None for e in bare.calendar)
    assert len({str(e["UID"]) for e in entries}) == len(entries)
    assert any("RRULE" in e for e in entries)
    assert to_ics(bare) == to_ics(bare)


# --- profiles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "named"),
    [
        ({}, "region"),
        ({"region": "亚特兰蒂斯"}, "region"),
        ({"region": ["河北省"]}, "region"),
        ({"region": "河北省", "revenu": 1}, "revenu"),
        ({"region": "河北省", "地区": "河北省"}, "所在地区"),
        ({"region": "河北省", "revenue_wan": "8000万元"}, "revenue_wan"),
        ({"region": "河北省", "revenue_wan": True}, "revenue_wan"),
        ({"region": "河北省", "revenue_wan": -1}, "revenue_wan"),
        ({"region": "河北省", "revenue_wan": float("nan")}, "revenue_wan"),
        ({"region": "河北省", "revenue_wan": 1e30}, "revenue_wan"),
        ({"region": "河北省", "staff": 1.5}, "staff"),
        ({"region": "河北省", "rd_ratio_pct": 101}, "rd_ratio_pct"),
        ({"region": "河北省", "founded": "2019-02-30"}, "founded"),
        ({"region": "河北省", "is_sme": "也许"}, "is_sme"),
        ({"region": "河北省", "listing": "月球交易所"}, "listing"),
        ({"region": "河北省", "honours": 3}, "honours"),
        ({"region": "河北省", "honours": [3]}, "honours"),
        ({"region": "河北省", "standards": {"cosmic": 1}}, "standards"),
        ({"region": "河北省", "standards": {"national": -1}}, "standards.national"),
        ({"region": "河北省", "projects": [{"investment_wan": 1}]}, "type"),
        (
            {"region": "河北省", "projects": [{"type": "技术改造", "investment_wan": "多"}]},
            "projects[1].investment_wan",
        ),
        ({"region": "河北省", "inputs": {"no_such_input": 1}}, "no_such_input"),
        ({"region": "河北省", "inputs": {"saving_tce": "很多"}}, "saving_tce"),
        ({"region": "河北省", "inputs": {"hebei-wqzx-brand-reward": {"quality_award": "奥斯卡"}}}, "quality_award"),
        ({"region": "河北省", "name": "甲" * 500}, "name"),
    ],
)
def test_a_wrong_field_is_named_in_one_line(profile: dict[str, Any], named: str) -> None:
    with pytest.raises(IngestError) as caught:
        Profile.of(profile)
    assert named in str(caught.value) and "\n" not in str(caught.value)


def test_a_founding_day_to_come_is_refused(engine: Engine) -> None:
    with pytest.raises(IngestError, match="founded"):
        match(engine, {"region": "河北省", "founded": "2020-01-01"}, as_of=AS_OF)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", ""),
        ("a.yaml", "- 1\n- 2\n"),
        ("a.yaml", "region: 河北省\nregion: 天津市\n"),
        ("a.yaml", "region: &a [*a]\n"),
        ("a.yaml", "region: !!python/object/apply:os.system [id]\n"),
        ("a.yaml", "region: [\n"),
        ("a.json", "{"),
        ("a.json", "[1]"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(IngestError) as caught:
        load_profile(tmp_path / name)
    assert "\n" not in str(caught.value)
    for absent in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(IngestError, match="文件"):
            load_profile(absent)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([f.name for f in fields()]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
            max_leaves=5,
        ),
    )
)
def test_any_profile_is_taken_or_refused_in_one_line(told: dict[str, Any]) -> None:
    try:
        Profile.of({**told, "region": "河北省"})
    except IngestError as error:
        assert "\n" not in str(error)


def test_yaml_and_json_say_the_same_and_chinese_names_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "地区: 蓟州区\n工业企业: 是\n节能量: 1234.50\n成立日期: 2015-06-01\n", encoding="utf-8"
    )
    told = {"region": "天津市蓟州区", "is_industrial": True, "energy_saving_tce": 1234.5, "founded": "2015-06-01"}
    (tmp_path / "b.json").write_text(json.dumps(told), encoding="utf-8")
    assert load_profile(tmp_path / "a.yaml").told() == load_profile(tmp_path / "b.json").told()


def test_the_template_explains_every_field_and_is_a_profile(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["match", "--template"])
    assert said.exit_code == 0 and all(f.name in said.stdout and f.label in said.stdout for f in fields())
    (tmp_path / "t.yaml").write_text(said.stdout, encoding="utf-8")
    assert load_profile(tmp_path / "t.yaml").told() == {"region": "天津市蓟州区"}
    assert CliRunner().invoke(app, ["match"]).exit_code == 2


def test_years_are_counted_as_the_law_counts_them() -> None:
    assert years_between(date(2016, 6, 2), date(2019, 6, 1)) < 3
    assert years_between(date(2016, 6, 1), date(2019, 6, 1)) == 3


def test_the_data_speaks_of_inputs_and_choices_that_there_are() -> None:
    inputs = {i.name: i for r in all_rules() for i in r.inputs}
    choices = {(i.name, c) for r in all_rules() for i in r.inputs for c in i.choices}
    data = knowledge()
    answers = [a for f in data.fields for a in f.inputs] + [
        a for t in data.projects.types.values() for sums in t.sums.values() for a in sums
    ]
    for answer in answers:
        assert any(i.name == answer.name and answer.label in i.label for r in all_rules() for i in r.inputs), answer
    tolds = (
        [h.held for h in data.honours] + [h.new for h in data.honours] + [*data.listing.values(), data.standard_values]
    )
    tolds += [dict(t.values) for t in data.projects.types.values()]
    for told in tolds:
        for key, value in told.items():
            calculator, _, name = key.rpartition(".")
            assert name in inputs and (not calculator or get(calculator).input(name))
            assert value is True or all((name, v) in choices for v in value), (key, value)
    for audience in data.audiences:
        assert all(get(rule) for rule in audience.rules)
    assert {r.kind for r in all_rules()} <= {k for g in data.groups for k in g.kinds}


def test_banks_and_counties_see_their_own(engine: Engine) -> None:
    bank = match(engine, {"region": "河北省", "applicant": "bank"}, as_of=AS_OF)
    assert one(bank, "hebei-insurer-innovative-product-reward").status == MAY_APPLY
    county = match(engine, {"region": "河北省", "applicant": "government"}, as_of=AS_OF)
    assert one(county, "hebei-county-tax-growth-reward").status == MAY_APPLY
    assert one(county, "hebei-wqzx-brand-reward").status == DOES_NOT


def test_an_honour_nobody_asks_for_is_said(engine: Engine) -> None:
    report = match(engine, {"region": "河北省", "honours": ["宇宙最佳企业"]}, as_of=AS_OF)
    assert any("宇宙最佳企业" in w for w in report.warnings)


# --- reports and speed --------------------------------------------------------------------------------------------------


def test_json_is_exact_and_complete(jizhou: MatchReport) -> None:
    data = json.loads(dumps(jizhou.to_dict()), parse_float=str)
    assert data["counts"] == jizhou.counts()
    energy = next(p for p in data["policies"] if p["calculator"] == "jizhou-energy-saving-subsidy")
    assert energy["amount"]["text"] == "120万元" and energy["calculation"]["outputs"]["amount_wan"] == 120
    assert energy["validity"]["from"] == "2018-05-12"


def test_strangers_names_do_nothing_in_reports(engine: Engine) -> None:
    hostile = "<script>x</script> [a](http://b) **粗** | `c` \u202e\x07"
    report = match(engine, {"region": "河北省", "name": hostile, "honours": ["<b>荣誉</b>"]}, as_of=AS_OF)
    text = to_markdown(report)
    assert "<script>" not in text and "](http" not in text and "**粗**" not in text and "\u202e" not in text
    assert "\x07" not in show(report) and "\u202e" not in show(report)
    from docx import Document as Word

    word = Word(io.BytesIO(to_docx(report)))
    assert any("<script>x</script>" in p.text for p in word.paragraphs)  # as plain words


def test_the_word_report_holds_every_policy(jizhou: MatchReport) -> None:
    from docx import Document as Word

    word = Word(io.BytesIO(to_docx(jizhou)))
    text = "\n".join([p.text for p in word.paragraphs] + [c.text for t in word.tables for c in t._cells])
    for policy in jizhou.policies:
        assert policy.title in text
    assert "120万元" in text and "政策日历" in text


def test_a_profile_over_all_rules_is_matched_in_time(engine: Engine) -> None:
    match(engine, HEBEI, as_of=AS_OF)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        match(engine, HEBEI, as_of=AS_OF)
        took.append(time.perf_counter() - start)
    assert min(took) < 1.5


def test_the_command_line_prints_writes_and_refuses(workspace: Path, tmp_path: Path) -> None:
    profile = tmp_path / "p.json"
    profile.write_text(json.dumps(JIZHOU), encoding="utf-8")
    base = ["match", "--profile", str(profile), "--workspace", str(workspace), "--as-of", "2019-06-01"]
    said = CliRunner().invoke(app, base)
    assert said.exit_code == 0 and "120万元" in said.stdout
    for suffix in (".md", ".docx", ".ics"):
        out = tmp_path / f"out{suffix}"
        assert CliRunner().invoke(app, [*base, "--out", str(out)]).exit_code == 0
        assert out.stat().st_size > 1000
    data = json.loads(CliRunner().invoke(app, [*base, "--json"]).stdout)
    assert data["counts"][APPLIES] >= 3
    assert CliRunner().invoke(app, [*base, "--out", str(tmp_path / "out.exe")]).exit_code == 2
