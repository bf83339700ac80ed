"""河北省支持“万企转型”若干政策措施 and 河北省“万企转型”实施方案（2018－2020年）."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qa.calculators.case import Case, rule

from .hebei_restated import fund_reward, neeq_reward, premium_subsidy, standards_subsidy

QUALITY_AWARDS = {"china_quality_award": "quality_award_sum", "china_quality_award_nomination": "nomination_sum"}


@rule("hebei-wqzx-brand-reward")
def brand(c: Case) -> None:
    """200 or 100 万元 for the first 中国质量奖 or its nomination, 50 万元 for a newly recognised 驰名商标; both add up."""
    award = mark = Decimal(0)
    if c.choice("quality_award") in QUALITY_AWARDS:
        paid = QUALITY_AWARDS[c.choice("quality_award")]
        if c.require("is_first_time", paid):
            award = c.param(paid)
            c.step(f"首次{c.label('quality_award')}，奖励{c.show(paid)}", paid)
    if c.require("has_new_well_known_trademark", "trademark"):
        mark = c.param("trademark")
        c.step(f"新认定中国驰名商标，奖励{c.show('trademark')}", "trademark")
    c.step(f"合计 {c.fmt(award)} ＋ {c.fmt(mark)} = {c.fmt(award + mark, '万元')}")
    c.out(eligible=award + mark > 0, amount_wan=award + mark)


@rule("hebei-wqzx-env-tax-threshold")
def env_tax_threshold(c: Case) -> None:
    """Air and water pollutants 30 % or more below the standard."""
    c.eligible(
        c.require("is_air_or_water_pollutant", "threshold"),
        c.at_least("below_standard_pct", "threshold"),
    )


@rule("hebei-wqzx-first-set-premium-subsidy")
def first_set_premium(c: Case) -> None:
    """80 % of the premium, rate up to 3 %, up to three years; this document has no yearly limit in 万元."""
    premium_subsidy(
        c,
        c.require("meets_first_set_conditions", "insured"),
        c.require("has_comprehensive_insurance", "insured"),
    )


@rule("hebei-wqzx-fund-reward")
def fund(c: Case) -> None:
    """Up to 1 % of what a fund invests directly in industrial enterprises of the province, at most 2000 万元."""
    fund_reward(c, c.require("is_hebei_industrial_enterprise", "threshold"))


@rule("hebei-wqzx-helping-tier")
def helping_tier(c: Case) -> None:
    """Which level looks after an industrial enterprise: over 50 亿元 the province, over 10 亿元 the city."""
    if not c.eligible(c.require("is_above_designated_size", "rest")):
        return c.out(level="none")
    leading = c.flag("is_industry_leader")
    backbone = c.flag("is_industry_backbone")
    if c.more_than("revenue_yi", "province") or leading:
        c.step("行业排头兵企业，由省级负责" if leading else "超过省级标准，由省级负责", "province")
        return c.out(level="provincial")
    if c.more_than("revenue_yi", "city") or backbone:
        c.step("行业骨干企业，由市级服务" if backbone else "超过市级标准，由市级服务", "city")
        return c.out(level="municipal")
    c.step("其余规模以上工业企业，由县（市、区）负责包联", "rest")
    c.out(level="county")


@rule("hebei-wqzx-industrial-base-reward")
def industrial_base(c: Case) -> None:
    """20 % of the investment of a provincial 工业强基 project, at most 1000 万元."""
    if not c.eligible(c.require("is_provincial_key_project", "rate")):
        return c.nothing()
    c.out(amount_wan=c.cap(c.product("按投资额给予奖补", "investment_wan", "rate"), "cap"))


@rule("hebei-wqzx-land-floor-price")
def land_floor_price(c: Case) -> None:
    """70 % of the national minimum price, but never below the costs."""
    if not c.eligible(c.require("is_priority_industry", "ratio"), c.require("is_intensive_land_use", "ratio")):
        c.step("不符合条件，本条不适用（以0表示）", "ratio")
        return c.nothing()
    unit = c.spec.input("cost_yuan").unit
    reduced = c.product("最低价标准按比例计算", "national_min_price_yuan", "ratio", unit=unit)
    cost = c.num("cost_yuan")
    floor = max(reduced, cost)
    below = "低于" if reduced < cost else "不低于"
    c.step(
        f"{c.fmt(reduced, unit)}{below}各项成本费用之和{c.show('cost_yuan')}，底价下限{c.fmt(floor, unit)}",
        "cost_floor",
    )
    c.out(floor_price_yuan=floor)


@rule("hebei-wqzx-land-transition-5y")
def land_transition(c: Case) -> None:
    """Existing industrial land keeps its use for five years from the day the approval names, that day five years on included."""
    start, asked = c.day("start_date"), c.day("query_date")
    end = _years_on(c, start, int(c.param("years")))
    c.step(f"过渡期{c.show('years')}：{c.show('start_date')}至{_words(end)}（届满日当日计入）", "years")
    c.eligible(
        c.require("is_approved_by_city_or_county", "approval"),
        c.require("is_supported_new_industry", "industries"),
        c.test(f"查询日期{c.show('query_date')}在过渡期内", start <= asked <= end, "years"),
    )
    if asked == end:
        c.warn("查询日正是届满日，届满日当日是否仍在期内原文未写明，按仍在期内计算。")
    c.out(end_date=end)


def _years_on(c: Case, start: date, years: int) -> date:
    """The same day `years` later; 28 February where there is no 29th."""
    if start.year + years > date.max.year:
        raise c.error("start_date", "日期过于遥远，请核对年份")
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February, and the year is not a leap year
        return date(start.year + years, 2, 28)


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


LISTED = ["sse_szse_main_board", "sme_board", "chinext", "overseas_main_board"]
AS_IF_LISTED = ["relocated_listed_company", "backdoor_shell_relocated"]


@rule("hebei-wqzx-listing-reward")
def listing(c: Case) -> None:
    """300 万元 for a first public offering on the boards named, or what counts as one."""
    if not c.eligible(c.is_one_of("listing_type", [*LISTED, *AS_IF_LISTED], "reward", "as_if")):
        if c.choice("listing_type") != "backdoor_not_relocated":
            c.warn("科创板、北交所和境外非主板市场本文未写，按不适用计算，请向责任单位核实。")
        return c.nothing()
    counted = "视同境内外首发上市" if c.choice("listing_type") in AS_IF_LISTED else "首发上市"
    c.step(f"{counted}，奖励{c.show('reward')}", "reward", "as_if")
    c.out(amount_wan=c.param("reward"))


@rule("hebei-wqzx-major-project-officer")
def major_project_officer(c: Case) -> None:
    """Projects of 50 亿元 and more get an officer; from 100 亿元 a provincial leader."""
    if not c.eligible(
        c.require("is_leading_manufacturing_project", "threshold"), c.at_least("investment_yi", "threshold")
    ):
        return c.out(level="none")
    top = c.at_least("investment_yi", "top_tier", "由省级领导包联：项目投资")
    if c.num("investment_yi") == c.param("top_tier"):
        c.warn(f"恰好{c.show('top_tier')}同时落入高低两档，原文未说明，按“以上”归省级领导包联。")
    c.step("由省级领导包联、厅级干部担任专员" if top else "由厅级领导包联、处级干部担任专员", "top_tier", "lower_tier")
    c.out(level="provincial_leader" if top else "department_leader")


@rule("hebei-wqzx-mfg-innovation-center-support")
def innovation_center(c: Case) -> None:
    """300 万元 for a recognised provincial centre."""
    if not c.eligible(c.is_one_of("center_level", ["provincial"], "amount")):
        return c.nothing()
    c.step(f"省级制造业创新中心，给予{c.show('amount')}资金支持", "amount")
    c.out(amount_wan=c.param("amount"))


@rule("hebei-wqzx-neeq-reward")
def neeq(c: Case) -> None:
    """新三板: 50 万元 and 1‰ of the first financing; the difference to 300 万元 on moving to the main board."""
    neeq_reward(c, "has_moved_to_main_board")


@rule("hebei-wqzx-rd-super-deduction")
def rd_super_deduction(c: Case) -> None:
    """75 % more of R&D expensed, 175 % of an intangible's cost, in 2017—2019 as this document has it."""
    if c.num("tax_year") == c.param("first_year"):
        c.step("该比例此前只适用于科技型中小企业，后来才扩大至所有企业", "widened")
        c.warn("2017年度只有科技型中小企业可用这一比例，其他企业不应据此申报。")
    if not c.eligible(
        c.at_least("tax_year", "first_year"),
        c.at_most("tax_year", "last_year"),
    ):
        if c.num("tax_year") > c.param("last_year"):
            c.warn(
                f"本文件只写到{c.show('last_year')}，此后的国家规定见财税〔2018〕99号（national-cit-rd-super-deduction-75）。"
            )
        return c.nothing()
    extra = c.product("加计扣除", "expensed_rd_wan", "extra_rate")
    total = c.num("expensed_rd_wan") + extra
    c.step(f"据实扣除{c.show('expensed_rd_wan')} ＋ 加计{c.fmt(extra, '万元')} = {c.fmt(total, '万元')}", "extra_rate")
    base = c.product("无形资产税前摊销基数（在受益期内摊销）", "intangible_cost_wan", "amort_rate")
    c.out(deduction_wan=extra, total_deduction_wan=total, amortization_base_wan=base)


@rule("hebei-wqzx-standard-subsidy")
def standards(c: Case) -> None:
    """For each standard led by an industrial enterprise of the province."""
    standards_subsidy(c, c.require("is_hebei_industrial_enterprise", "who"))


@rule("hebei-wqzx-tech-center-reward")
def tech_center(c: Case) -> None:
    """Only the ceiling of 500 万元 is known; the classes are not in the text."""
    if not c.eligible(
        c.is_one_of("platform_type", ["enterprise_tech_center", "engineering_research_center"], "platforms"),
        c.is_one_of("platform_level", ["national", "provincial"], "platforms"),
        c.is_one_of("recognition", ["newly_recognized", "evaluated_excellent"], "platforms"),
    ):
        return c.nothing()
    c.step(f"分档奖励，最高不超过{c.show('cap')}；各档金额原文未列，只能给出上限", "cap")
    c.out(amount_max_wan=c.param("cap"))


@rule("hebei-wqzx-techup-threshold")
def techup_threshold(c: Case) -> None:
    """1 亿元, 3000 and 1000 万元 for province, city and county; a higher threshold includes the lower ones."""
    c.out(
        is_provincial_key=c.at_least("project_investment_wan", "province", "省级重点支持：项目投资"),
        is_municipal_key=c.at_least("project_investment_wan", "city", "市级重点支持：项目投资"),
    )
    met = c.at_least("project_investment_wan", "county", "县级重点支持：项目投资")
    c.out(is_county_key=met)
    c.eligible(met)
