"""Questions reach the calculator they ask for, with the inputs they give and nothing that they do not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model import Document, Node, NodeKind
from qa import calculators
from qa.denial import denied
from qa.headline import HEADLINE
from qa.linking import link
from qa.question import understand
from qa.told import tell
from qa.wordings import adverse, wordings
from qa.working import Linked

AS_OF = date(2019, 6, 1)
HEBEI, JIZHOU, NATIONAL = "河北省", "天津市蓟州区", "全国"


def ask(text: str, region: str | None = None) -> tuple[Linked, ...]:
    return link(understand(text, region=region), (), as_of=AS_OF, clauses=None)


def best(text: str, region: str | None = None) -> Linked:
    linked = ask(text, region)
    assert linked, text
    return linked[0]


# --- the wordings are about the rules that there are -----------------------------------------------------------------


def test_every_calculator_can_be_asked_for() -> None:
    assert sorted(g.id for g in wordings().guides) == calculators.ids()


@pytest.mark.parametrize("guide", wordings().guides, ids=lambda g: g.id)
def test_wordings_name_what_the_rule_has(guide: Any) -> None:
    rule = calculators.get(guide.id)
    inputs = {i.name: i for i in rule.inputs}
    outputs = {o.name for o in rule.outputs}
    assert guide.region == rule.region
    assert set(guide.cues) <= set(inputs)
    assert set(guide.show) <= outputs
    for name, cue in guide.cues.items():
        assert set(cue.choices) <= set(inputs[name].choices)
    for saying in guide.says:
        assert set(saying.sets) <= set(inputs)
    for ratio in guide.ratios:
        assert {ratio.part, ratio.whole} <= set(inputs)
    for wants, shows in guide.focus:
        assert wants <= set(inputs) and set(shows) <= outputs
    assert not guide.document or guide.document in wordings().documents


def test_adverse_conditions_are_told_by_their_names() -> None:
    assert adverse("is_real_estate_fund") and adverse("has_serious_violation") and adverse("is_blacklisted")
    assert not adverse("is_legal_person") and not adverse("has_core_ip")


# --- figures of a question -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("月薪1万2", ["12000"]),
        ("贴现了15个亿", ["1500000000"]),
        ("引进三名千人计划专家", ["3"]),
        ("10千伏的用户", ["10"]),
        ("近三年销售总额1.2亿", ["120000000"]),
        ("一年保费300万", ["3000000"]),
        ("持有一年半", ["1.5"]),
        ("按冀财金〔2016〕44号", []),
        ("收入270万 年化", ["2700000"]),
        ("发工资一万三", ["13000"]),
        ("销售额9万零500元", ["90500"]),
        ("租金3万5千", ["35000"]),
        ("原来征17退17", ["17", "17"]),
        ("税率16个点", ["16"]),
        ("研发支出2百60万", ["2600000"]),
        ("所得100万零1千元", ["1001000"]),
        ("山西2019高企 6月1日报送", []),
        ("2018年卖的，4月才开业", []),
    ],
)
def test_figures_are_those_that_tell_of_the_case(text: str, values: list[str]) -> None:
    assert [f.value for f in tell(text).figures] == [Decimal(v) for v in values]


# --- rule and inputs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "region", "calculator", "inputs"),
    [
        ("蓟州的商场做节能改造，一年省了800吨标煤，能补多少？", JIZHOU, "jizhou-energy-saving-subsidy",
         {"enterprise_type": "non_industrial", "saving_tce": 800}),
        ("蓟州公司2018年3月9日完成股改，市区两级一共补多少", JIZHOU, "jizhou-joint-stock-reform-subsidy",
         {"reform_date": "2018-03-09"}),
        ("年应税销售额520万元，还算小规模纳税人吗？", NATIONAL, "national-vat-small-scale-threshold-2018",
         {"annual_taxable_sales_wan": 520}),
        ("经营5个月累计销售额180万，能转登记为小规模吗？", NATIONAL, "national-vat-convert-to-small-scale",
         {"period_unit": "month", "period_count": 5, "total_sales_wan": 180}),
        ("工厂2018年应纳税所得额30万，员工60人，资产1500万，所得税交多少？", NATIONAL,
         "national-cit-small-low-profit-2018",
         {"enterprise_type": "industrial", "taxable_income_wan": 30, "employee_count": 60, "total_assets_wan": 1500}),
        ("2018年9月买了两台设备，单价260万，一次性能扣多少？", NATIONAL, "national-cit-equipment-one-off-deduction",
         {"unit_price_wan": 260, "quantity_count": 2}),
        ("2019年取得高企资格，2016年的亏损最晚补到哪年？", NATIONAL, "national-cit-loss-carryforward-10y",
         {"qualification_year": 2019, "loss_year": 2016}),
        ("河北某县军民融合企业增值税省级分享增量100万、所得税增量60万，能得多少奖补？", HEBEI,
         "hebei-county-military-civil-reward",
         {"provincial_vat_increment_wan": 100, "provincial_cit_increment_wan": 60}),
        ("河北创投企业投资未上市中小高新技术企业1500万，满两年，应纳税所得额2000万，能抵扣多少？", HEBEI,
         "hebei-venture-capital-income-deduction",
         {"investment_wan": 1500, "holding_months": 24, "taxable_income_wan": 2000}),
        ("河北民企全职引进一位院士，补多少？", HEBEI, "hebei-private-economy-talent-recruitment-subsidy",
         {"talent_category": "world_prize_or_academician", "talent_count": 1, "is_full_time": True}),
        ("宁波高企认定，2018年5月6日注册，2019年7月1日申请，注册时间够吗？", "宁波市",
         "ningbo-2019-hntech-eligibility", {"established_date": "2018-05-06", "application_date": "2019-07-01"}),
    ],
)  # fmt: skip
def test_a_case_told_in_words_is_read(text: str, region: str, calculator: str, inputs: dict[str, Any]) -> None:
    linked = best(text, region)
    assert linked.calculator == calculator
    assert linked.calculation is not None and linked.calculation.error is None
    for name, value in inputs.items():
        read = linked.inputs[name]
        assert read == (value if isinstance(value, str | bool) else Decimal(str(value)))


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=1, max_value=5000))
def test_the_premium_told_is_the_premium_read(premium: int) -> None:
    linked = best(f"首台套综合险一年实际交了保费{premium}万元，费率2%，河北补多少？", HEBEI)
    assert linked.inputs["annual_premium_wan"] == premium
    assert linked.inputs["premium_rate_pct"] == 2


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="首台套保费补贴基金投资万元亿2018年5月%，。？奖多少蓟州河北0123456789、能吗", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for linked in ask(text):
        assert 0 <= linked.fit <= 1
        assert len(linked.headline) <= HEADLINE + 60
        assert (linked.calculation is None) == bool(linked.missing) or linked.calculation is None


# --- what is not said ------------------------------------------------------------------------------------------------


def test_figures_that_are_not_given_are_asked_for_by_name() -> None:
    linked = best("河北科技型中小企业贷款风险补偿，信用贷款损失300万，补多少？", HEBEI)
    assert linked.calculation is None
    assert [i.name for i in linked.missing] == ["annual_loan_total_wan"]
    assert "还需要" in linked.headline


def test_conditions_that_are_not_mentioned_are_taken_as_met_and_said_so() -> None:
    linked = best("蓟州企业2017年5月20日完成股改，补多少？", JIZHOU)
    assert "在蓟州区注册并纳税" in linked.assumed
    assert linked.calculation is not None and linked.calculation.eligible is True


def test_a_month_is_enough_where_the_day_does_not_matter_and_is_asked_for_where_it_does() -> None:
    sure = best("蓟州公司2016年3月完成股份制改造，还能领股改补助吗？", JIZHOU)
    assert sure.headline.startswith("不符合条件")
    open_ = best("蓟州公司2016年5月完成股份制改造，还能领股改补助吗？", JIZHOU)
    assert open_.calculation is None and [i.name for i in open_.missing] == ["reform_date"]


def test_a_limit_quoted_from_a_rule_is_not_the_askers_figure() -> None:
    linked = ask("河北股权投资基金奖励封顶到底是1000万还是2000万？", HEBEI)
    assert all(one.calculation is None for one in linked)


# --- several cases ---------------------------------------------------------------------------------------------------


def test_two_cases_of_one_figure_are_both_worked_out() -> None:
    headline = best("2019年应纳税所得额100万元能按小型微利减半吗？101万呢？", NATIONAL).headline
    assert "100万元：" in headline and "101万元：不符合条件" in headline


def test_several_honours_add_up_where_the_sum_is_asked_for() -> None:
    assert best("蓟州公司拿了中国质量奖和津门老字号，一共奖励多少？", JIZHOU).headline.startswith("合计25万元")


def test_years_run_through_are_summed() -> None:
    text = "总部企业2018年6月迁入河北某县，每年地方留成都是1000万、省级留成都是400万，三年一共奖补多少？"
    assert best(text, HEBEI).headline.startswith("合计900万元")


def test_regions_that_differ_are_both_answered_and_named() -> None:
    linked = ask("新认定的中国驰名商标奖励多少？")
    assert {one.calculator for one in linked} == {"hebei-wqzx-brand-reward", "jizhou-brand-award"}
    assert any("河北省" in one.headline for one in linked) and any("蓟州" in one.headline for one in linked)


def test_the_region_asked_about_decides() -> None:
    assert best("新认定的中国驰名商标奖励多少？", JIZHOU).calculator == "jizhou-brand-award"
    assert all(one.calculator.startswith("hebei") for one in ask("河北新认定的中国驰名商标奖励多少？", HEBEI))


def test_the_document_named_decides() -> None:
    text = "按河北“万企转型”若干政策措施，基金投资省内工业企业5亿元满两年，最多奖多少？"
    assert best(text, HEBEI).calculator == "hebei-wqzx-fund-reward"
    assert best(text.replace("“万企转型”若干政策措施", "民营经济意见"), HEBEI).calculator == (
        "hebei-private-economy-fund-investment-reward"
    )


# --- what is no calculation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "首台套保费补贴向哪个部门申请？",
        "股权投资基金奖励要交哪些材料？",
        "专精特新中小企业的认定程序是什么？",
        "什么是两化融合？",
        "河北省2020年规模以上工业企业要达到多少家？",
        "小微企业免征增值税的公告文号是多少？",
        "你好",
        "🙂🙂🙂",
        "深圳的企业上市奖励多少？",
    ],
)
def test_other_questions_get_no_figure(text: str) -> None:
    assert all(one.calculation is None for one in ask(text))


def test_a_pasted_page_is_not_a_case() -> None:
    assert ask("首台套综合险保费120万元，费率2%，补多少？" * 60) == ()


def test_headlines_put_the_figure_first_and_stay_short() -> None:
    linked = best("蓟州工业企业节能改造节能量15000吨标准煤，能补多少？", JIZHOU)
    assert linked.headline.startswith("可补300万元：")
    assert "15000吨标准煤 × 240元/吨标准煤 = 360万元" in linked.headline
    assert len(linked.headline) <= HEADLINE


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("专精特新评分第19项，有效期内的软件著作权一项，技术中心省级，几分？", "8分"),
        ("专精特新评分诚信等级A级得几分", "2分"),
        ("专精特新评分：研发投入占比4%、专利6件，加分多少分？", "10分"),
        ("专精特新评分：研发投入占比3%、专利5件，加分多少分？", "0分"),
        ("国际化评分细则，在非洲建了工业园区，又用了境外贷款，国际化部分几分？", "20分"),
    ],
)
def test_score_tables_give_the_points_of_the_items_asked_about(text: str, points: str) -> None:
    assert best(text, HEBEI).headline.startswith(f"{points}：")


def test_a_nominee_is_no_laureate() -> None:
    assert ask("蓟州企业获得中国质量奖提名奖奖励多少？", JIZHOU) == ()
    assert "100万元" in best("河北企业首次获得中国质量奖提名奖奖励多少？", HEBEI).headline


def test_the_rule_of_a_district_is_not_surely_the_one_for_the_city() -> None:
    assert all(one.fit < 0.6 for one in ask("天津市企业新三板挂牌补贴多少？", "天津市"))


@pytest.mark.parametrize(
    ("holding", "eligible"),
    [("已满两年", True), ("还差两个月满两年", False), ("不到两年", False), ("超过两年", True), ("刚满一年半", False)],
)
def test_bounds_are_read_as_the_asker_sets_them(holding: str, eligible: bool) -> None:
    text = f"按河北“万企转型”若干政策措施，基金投资省内工业企业4000万元，投资期限{holding}，能拿奖励吗？"
    calculation = best(text, HEBEI).calculation
    assert calculation is not None and calculation.eligible is eligible


def test_a_figure_that_may_be_the_input_is_asked_about_rather_than_assumed_over() -> None:
    linked = best("工厂2018年应纳税所得额80万，员工60人，厂房设备价值3200万，小型微利所得税交多少？", NATIONAL)
    assert linked.calculation is None
    assert [i.name for i in linked.missing] == ["total_assets_wan"]


class EachQuoteAClause:
    """A store in which every quote is a clause of its own."""

    def find_quote(self, quote: str, source: str, document: str = "") -> Node | None:
        return Node(quote, "d", None, 0, NodeKind.CLAUSE, "", (), 0, len(quote), quote)

    def document(self, document_id: str) -> Document | None:
        return None


def test_a_headline_rests_on_the_clauses_of_its_own_steps() -> None:
    question = understand("商贸公司2019年应纳税所得额60万元，员工90人，资产900万元，能按小型微利企业优惠吗？")
    (linked, *_) = link(question, (), as_of=AS_OF, clauses=EachQuoteAClause())
    assert linked.calculation is not None
    assert len(linked.citations) < len(linked.calculation.citations)
    assert any("80人" in c.quote for c in linked.citations)


def test_two_rules_that_stand_beside_each_other_add_up() -> None:
    text = "我县首次设立风险补偿资金开展政银保，全年贴息等支出300万元，一次性奖励和支出补贴合计多少？"
    assert best(text, HEBEI).headline.startswith("合计240万元：150万元＋90万元")


@pytest.mark.parametrize(("premium", "subsidy"), [(100, "80万元"), (250, "200万元"), (300, "200万元")])
def test_the_original_measures_cap_the_premium_subsidy(premium: int, subsidy: str) -> None:
    linked = ask(f"首台套综合险一年保费{premium}万元，费率3%，河北补多少？", HEBEI)
    assert linked[0].calculator == "hebei-first-set-equipment-insurance-subsidy"
    assert linked[0].headline.startswith(f"可补{subsidy}")


def test_documents_that_give_other_figures_are_both_named() -> None:
    linked = ask("首台套综合险一年保费300万元，费率3%，河北补多少？", HEBEI)
    assert len(linked) > 1 and all("《" in one.headline for one in linked)


# --- what is denied, counted, left over ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "text", "no"),
    [
        ("是否通过年度考核", "年度考核没通过,经费还拨吗", True),
        ("是否通过年度考核", "年度考核通过了没有", False),
        ("经专家评审纳入省级计划", "没进省级计划能补吗", True),
        ("培育成效是否明显（经认定）", "成效不明显", True),
        ("是否新获得认定", "早就认定了,不是新认定", True),
        ("二、转型升级成长路线图及创新发展战略", "没有转型升级路线图", True),
        ("是否未上市中小高新技术企业", "投资未上市中小高新技术企业", False),
        ("是否具有独立法人资格", "有没有独立法人资格的要求", False),
    ],
)
def test_a_condition_is_denied_in_the_words_of_its_label(label: str, text: str, no: bool) -> None:
    assert denied(label, text) is no


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("河北企业获中国专利奖，一个金奖两个优秀奖，一共奖多少", "合计120万元"),
        ("河北企业拿了三个中国专利优秀奖，一共奖多少", "合计30万元"),
        ("中国专利金奖、银奖各两项，河北合计奖励多少", "合计300万元"),
        ("河北民企全职引进1名院士和两名特聘专家，一共补多少", "合计1400万元"),
        ("河北民企全职引进2名院士、3名千人计划专家，总共补多少", "合计3300—5700万元"),
    ],
)
def test_things_are_added_as_often_as_they_are_counted(text: str, begins: str) -> None:
    assert best(text, HEBEI).headline.startswith(begins)


def test_what_no_open_figure_could_change_is_refused_without_it() -> None:
    refused = best("河北2019年5月以后失业保险还能按1%交吗", HEBEI)
    assert refused.headline.startswith("不符合条件") and not refused.missing
    asked = best("河北2019年3月失业保险按1%交，要交多少钱", HEBEI)
    assert asked.calculation is None and [i.name for i in asked.missing] == ["contribution_base_wan"]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("飞地项目，基期税收1亿元，今年1.5亿元，迁出地拿增量的四成，两边各得多少税收", Decimal(40)),
        ("飞地项目，基期税收1亿元，今年1.5亿元，增量承接地分六成，两边各得多少税收", Decimal(40)),
        ("飞地项目，基期税收1亿元，今年1.5亿元，增量对半分成，两边各得多少税收", Decimal(50)),
    ],
)
def test_a_share_may_be_told_of_the_other_side(text: str, share: Decimal) -> None:
    assert best(text, HEBEI).inputs["origin_share_pct"] == share


def test_a_month_without_its_year_is_of_the_year_named() -> None:
    assert [(d.year, d.month) for d in tell("2018年的业务，4月发的货").dates] == [(2018, 4)]
    assert [d.day for d in tell("3月12日（2019年）变更").dates] == [date(2019, 3, 12)]
    assert [d.day for d in tell("山西2019高企 6月1日报送").dates] == [date(2019, 6, 1)]


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("公共基础设施项目2018年才有首笔收入，2023年的项目所得2000万，减免多少所得税？",
         {"first_revenue_year": 2018, "tax_year": 2023}),  # each year goes with what follows it
        ("2018年6月新买5台设备一共花了3000万，能一次性税前扣除吗？", {"unit_price_wan": 600, "quantity_count": 5}),
        ("2019年2月月薪8000，五险一金交1200，个税的应税所得多少？", {"monthly_income_yuan": 6800}),
        ("2019年2月月薪1万，扣完五险一金8000，个税的应税所得多少？", {"monthly_income_yuan": 8000}),
        ("年收入8000万，离岸外包收入占36%，够技术先进型服务企业的条件吗？",
         {"total_income_wan": 8000, "offshore_income_wan": 2880}),
        ("2018年买了8台电脑，一台6000元，能一次性税前扣除吗？", {"quantity_count": 8}),
        ("小规模按季纳税，2018年卖货8万、加工修理2万、服务5万，哪些免征增值税？",
         {"goods_sales_wan": 10, "service_sales_wan": 5}),
        ("小型微利的从业人数，两个季度的季初季末分别是20、40，40、60，平均多少人？",
         {"operating_quarter_count": 2, "q2_end": 60}),
        ("四个季度平均从业人数分别是90、95、105、110，全年季度平均多少人？", {"q4_begin": 110, "q4_end": 110}),
    ],
)  # fmt: skip
def test_figures_that_hang_together_are_read_together(text: str, inputs: dict[str, int]) -> None:
    linked = best(text)
    assert {name: linked.inputs[name] for name in inputs} == {name: Decimal(v) for name, v in inputs.items()}


def test_percentages_are_told_as_percentages() -> None:
    headline = best("宁波公司2018年销售收入1.5亿，研发费用占比3.5%，能申请高企吗？").headline
    assert headline.startswith("不符合条件：") and "3.5%，须不低于4%" in headline and "100万元" not in headline


@pytest.mark.parametrize(
    "text",
    [
        "含税销售额117万，原税率17%，2018年6月，销项税多少？",
        "印花税小微企业减半，合同金额300万要交多少印花税？",
        "小规模纳税人标准是年销售额500万，我们做了480万服务加40万货物，超没超标准？",
    ],
)
def test_what_a_rule_does_not_speak_of_gets_no_figure(text: str) -> None:
    assert all(one.calculation is None for one in ask(text))


def test_an_asker_who_says_where_he_is_gets_no_other_places_reward() -> None:
    assert not ask("我们在唐山，刚拿了津门老字号，蓟州的奖励河北给不给？")
    assert best("我们在唐山，想把公司迁到蓟州，以后拿了津门老字号奖多少？").calculator == "jizhou-brand-award"


def test_a_share_just_below_the_half_is_below_it() -> None:
    headline = best("技术先进型服务企业，大专以上员工比例跌破一半了，还符合条件吗？").headline
    assert headline.startswith("不符合条件") and "49%" in headline


def test_one_of_three_sums_is_their_total_only_where_it_is_said_to_be() -> None:
    apart = best("政银保当年贴息支出40万元、保费补贴60万元、风险补偿100万元，省里补多少", HEBEI)
    assert apart.inputs["expenditure_wan"] == Decimal(200)
    in_all = best("政银保当年贴息支出40万元、保费补贴60万元，一共支出100万元，省里补多少", HEBEI)
    assert in_all.inputs["expenditure_wan"] == Decimal(100)
