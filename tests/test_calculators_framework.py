"""The calculator framework: exact inputs and outputs, helpful errors, traced conditions, proven parameters."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Document, Node, NodeKind
from ingest.pipeline import ingest
from ingest.store import Store
from ingest.workspace import bundled_corpus
from qa.calculators import (
    CalcError,
    NodeClauses,
    Parameter,
    Rule,
    all_rules,
    describe,
    dumps,
    get,
    ids,
    input_schema,
    loads,
    run,
)
from qa.calculators.case import Case, RuleFault, fmt
from qa.calculators.check import check, misread
from qa.calculators.clauses import squeeze
from qa.calculators.registry import function, validity_warnings
from qa.calculators.spec import FAMILIES, family_of

DAY = date(2018, 12, 1)
ENERGY = "jizhou-energy-saving-subsidy"


def energy(**inputs: Any) -> Any:
    return run(ENERGY, {"enterprise_type": "industrial", "saving_tce": 5000, **inputs}, as_of=DAY)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> NodeClauses:
    """The bundled corpus as ingestion divides it into clauses."""
    store = Store.open(tmp_path_factory.mktemp("calculators") / "store.sqlite")
    ingest([bundled_corpus()], store)
    return NodeClauses(store.clauses(), store.documents())


# --- inputs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("saving_tce", None, "缺少必填项"),
        ("saving_tce", -1, "不能小于0"),
        ("saving_tce", "5000", "应为数字"),
        ("saving_tce", True, "应为数字"),
        ("saving_tce", [5000], "应为数字"),
        ("saving_tce", Decimal("NaN"), "有限的数字"),
        ("saving_tce", float("inf"), "有限的数字"),
        ("saving_tce", 10**15 + 1, "过大"),
        ("saving_tce", Decimal("1e-30"), "小数位过多"),
        ("received_wan", 300.01, "不能大于300"),
        ("enterprise_type", "factory", "只能是"),
        ("enterprise_type", 1, "只能是"),
        ("nonsense", 1, "没有这个输入项"),
    ],
)
def test_a_wrong_input_names_its_field_and_gives_no_figure(field: str, value: object, words: str) -> None:
    result = energy(**{field: value})
    assert result.error is not None
    assert (result.error.field, words in result.error.message) == (field, True)
    assert result.outputs == {} and result.eligible is None and result.steps == []
    json.loads(result.to_json())


@pytest.mark.parametrize("value", ["2017-02-29", "2017-13-01", "20170101", "昨天", 20170101, "2017-1-1", ""])
def test_a_date_must_exist_and_be_written_in_full(value: object) -> None:
    raw = {"is_registered_and_taxed_in_jizhou": True, "is_sme": True, "reform_date": value}
    result = run("jizhou-joint-stock-reform-subsidy", raw, as_of=DAY)
    assert result.error is not None and result.error.field == "reform_date"


@pytest.mark.parametrize("value", [1, 0, "true", "是"])
def test_yes_and_no_are_only_true_and_false(value: object) -> None:
    result = run("jizhou-clean-production-award", {"has_passed_audit": value}, as_of=DAY)
    assert result.error is not None and result.error.field == "has_passed_audit"


def test_an_integer_may_not_have_a_fraction() -> None:
    raw = {"has_passed_audit": True, "enterprise_count": Decimal("1.5")}
    result = run("jizhou-clean-production-award", raw, as_of=DAY)
    assert result.error is not None and result.error.message.endswith("应为整数")


@pytest.mark.parametrize("raw", [None, [], "x", 3])
def test_inputs_that_are_no_mapping_are_refused(raw: object) -> None:
    result = run(ENERGY, raw, as_of=DAY)
    assert result.error is not None


def test_json_that_is_none_is_refused_in_chinese() -> None:
    with pytest.raises(CalcError, match="不是有效的 JSON"):
        loads("{")


def test_an_unknown_calculator_is_refused_in_chinese() -> None:
    with pytest.raises(CalcError, match="没有编号为"):
        get("no-such-rule")


def test_defaults_are_filled_in_and_shown() -> None:
    assert energy().inputs["received_wan"] == 0


# --- exactness --------------------------------------------------------------------------------------------------


def test_no_binary_float_touches_a_figure() -> None:
    raw = loads('{"enterprise_type": "industrial", "saving_tce": 4000.1}')
    assert '"amount_wan": 96.0024,' in run(ENERGY, raw, as_of=DAY).to_json().replace("}", ",")


@given(st.decimals(-(10**15), 10**15, places=6))
def test_decimals_are_written_to_json_digit_for_digit(value: Decimal) -> None:
    assert json.loads(dumps({"x": [value]}), parse_float=Decimal, parse_int=Decimal)["x"] == [value]
    assert "e" not in dumps(value).lower()


@given(st.decimals(0, 20000, places=6), st.decimals(0, 20000, places=6))
def test_more_saving_never_pays_less_and_never_more_than_the_cap(a: Decimal, b: Decimal) -> None:
    low, high = (energy(saving_tce=x).outputs["amount_wan"] for x in sorted((a, b)))
    assert 0 <= low <= high <= 300


@given(st.decimals(30, 50, places=6), st.sampled_from(["applying", "recognized"]))
def test_shares_of_district_and_city_add_up(standard: Decimal, stage: str) -> None:
    raw = {"is_first_recognition": True, "stage": stage, "standard_wan": standard}
    out = run("jizhou-hightech-first-award", raw, as_of=DAY).outputs
    total = Decimal(str(out["district_amount_max_wan"])) + Decimal(str(out["city_amount_max_wan"]))
    assert abs(Decimal(str(out["amount_max_wan"])) - total) <= Decimal("0.000001")


def test_source_of_the_calculators_holds_no_float() -> None:
    root = FAMILIES.parent
    for path in [*root.glob("*.py"), *FAMILIES.glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{path.name}:{node.lineno}"


# --- results ----------------------------------------------------------------------------------------------------


def test_validity_that_is_over_is_a_warning_and_changes_no_figure() -> None:
    ended = get("hebei-abs-issuer-reward")  # valid to 2019-04-25
    assert validity_warnings(ended, date(2019, 4, 25)) == []
    assert "2019-04-25" in validity_warnings(ended, date(2019, 4, 26))[0]
    early, late = (
        run(ENERGY, {"enterprise_type": "industrial", "saving_tce": 5000}, as_of=d) for d in (date(2018, 1, 1), DAY)
    )
    assert any("尚未生效" in w for w in early.warnings) and not any("尚未生效" in w for w in late.warnings)
    assert early.outputs == late.outputs


def test_every_figure_of_the_result_stands_in_a_step() -> None:
    steps = "".join(step.text for step in energy(saving_tce=Decimal("5000.5")).steps)
    assert "5000.5吨标准煤 × 240元/吨标准煤 = 120.012万元" in steps


def test_steps_and_citations_point_at_the_clause(corpus: NodeClauses) -> None:
    result = run(ENERGY, {"enterprise_type": "industrial", "saving_tce": 5000}, as_of=DAY, clauses=corpus)
    assert {step.clause_id.split("/", 1)[1] for step in result.steps} == {"三/（四）"}
    assert {(c.source, c.region, c.text[:3]) for c in result.citations} == {
        (get(ENERGY).source, "天津市蓟州区", "（四）")
    }
    assert all(squeeze(c.quote) in squeeze(c.text) for c in result.citations)


def test_a_rule_that_forgets_an_output_is_a_fault_and_not_a_zero() -> None:
    case = Case(get(ENERGY), {})
    case.out(eligible=True)
    with pytest.raises(RuleFault, match="amount_wan is not set"):
        case.finished()


def test_outputs_are_rounded_half_up_to_six_decimals() -> None:
    case = Case(get(ENERGY), {})
    case.out(eligible=True, amount_wan=Decimal("1.0000005"))
    assert case.finished()["amount_wan"] == Decimal("1.000001")
    assert fmt(Decimal("0.0000005"), "万元") == "0.000001万元"


# --- rules as data ----------------------------------------------------------------------------------------------


def test_all_rules_are_there_once_and_load_from_their_family() -> None:
    rules = all_rules()
    assert len(rules) == len({r.id for r in rules}) == len(ids()) == 161
    assert {r.id: r.family for r in rules} == family_of()


def test_every_function_belongs_to_a_rule_and_lies_in_its_family() -> None:
    for rule_id, family in family_of().items():
        worker = function(rule_id)
        assert worker is None or worker.__module__.endswith(f".{family}")


def test_running_one_calculator_reads_one_family_only() -> None:
    code = (
        "import sys; from datetime import date; from qa.calculators import run;"
        "run('jizhou-clean-production-award', {'has_passed_audit': True}, as_of=date(2018, 6, 1));"
        "print([m for m in sys.modules if m.startswith('qa.calculators.families.')])"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "['qa.calculators.families.jizhou_2018']"


def test_every_rule_describes_itself_as_json_with_a_schema_of_its_inputs() -> None:
    for rule in all_rules():
        shown = json.loads(dumps(describe(rule)))
        assert set(shown["schema"]["properties"]) == {i["name"] for i in shown["inputs"]}
    energy_schema = input_schema(get(ENERGY))
    assert energy_schema["required"] == ["enterprise_type", "saving_tce"]
    assert energy_schema["properties"]["enterprise_type"]["enum"] == ["industrial", "non_industrial"]


# --- proof ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "quote", "proved"),
    [
        (300, "万元", "不超过300万元", True),
        (3000, "万元", "不超过300万元", False),
        (300, "元", "不超过300万元", False),
        (3, "亿元", "注册资本30000万元以上", True),
        (80, "%", "按80%给予", True),
        (Decimal("0.8"), "%", "按80%给予", False),
        (3, "年", "三年内", True),
        (["30", "50"], "万元", "30—50万元奖励", True),
        (["30", "60"], "万元", "30—50万元奖励", False),
        (date(2018, 7, 31), "", "2018年7月31日前", True),
        (date(2018, 7, 30), "", "2018年7月31日前", False),
        ("三免三减半", "", "实行“三免三减半”", True),
        (50, "%", "超过部分减半征收", True),
        (60, "%", "超过部分减半征收", False),
        ("两免三减半", "", "实行“三免三减半”", False),
    ],
)
def test_a_parameter_must_be_readable_from_its_quote(value: object, unit: str, quote: str, proved: bool) -> None:
    parameter = Parameter.model_validate({"value": value, "unit": unit, "quote": quote})
    assert (misread(parameter) is None) is proved


def test_every_calculator_is_proved_by_the_corpus_and_every_figure_of_its_clauses_is_accounted_for(
    corpus: NodeClauses,
) -> None:
    report = check(corpus)
    assert report.clean, "\n".join(map(str, report.findings))
    assert report.rules == len(ids())
    assert report.used + report.unused == report.numerals
    assert report.parameters >= 550 and report.used >= 500


def test_every_calculator_is_written() -> None:
    assert not [rule_id for rule_id in ids() if function(rule_id) is None]


def test_a_changed_figure_in_the_text_is_found_out() -> None:
    rule = get(ENERGY)
    document = Document("d", rule.source, 0, 10, rule.document, "通知")
    text = "；".join(rule.quote_of(c)[0] for c in (*rule.parameters, *rule.evidence)).replace("240元", "260元")
    clauses = NodeClauses([Node("d/1", "d", None, 0, NodeKind.CLAUSE, "", (), 0, len(text), text)], [document])
    report = check(clauses, [rule])
    assert {f.what for f in report.findings} >= {"industrial_rate", "260元"}


def test_a_rule_may_not_name_two_things_alike() -> None:
    data = get(ENERGY).model_dump()
    data["evidence"] = {"industrial_rate": "x"}
    with pytest.raises(ValueError, match="share a name"):
        Rule.model_validate(data)
