"""河北省 促进县域经济高质量发展十条财政政策(试行): what the province pays counties and cities."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from qa.calculators.case import HUNDRED, Case, rule

ZERO = Decimal(0)


def _own_funds_reward(c: Case) -> None:
    """A share of what the city gave its counties, and some points more on what is above the year before."""
    if not c.eligible(c.require("is_own_funds", "rate")):
        return c.nothing()
    base = c.product("当年补助资金", "current_support_wan", "rate")
    more = max(c.num("current_support_wan") - c.num("previous_support_wan"), ZERO)
    c.step(
        f"比上年增量：{c.show('current_support_wan')} − {c.show('previous_support_wan')}，按{c.fmt(more, '万元')}",
        "extra",
    )
    extra = more * c.param("extra") / HUNDRED
    c.step(
        f"增量部分比例提高{c.show('extra')}：{c.fmt(more, '万元')} × {c.fmt(c.param('extra'), '%')} = {c.fmt(extra, '万元')}",
        "extra",
    )
    c.step(f"合计 {c.fmt(base)} ＋ {c.fmt(extra)} = {c.fmt(base + extra, '万元')}")
    c.out(amount_wan=base + extra)


@rule("hebei-city-county-economy-support-reward")
def city_supports_county_economy(c: Case) -> None:
    """20 % of a city's own support for its counties' economy, 25 % of the increase."""
    _own_funds_reward(c)


@rule("hebei-city-county-tech-support-reward")
def city_supports_county_technology(c: Case) -> None:
    """25 % of a city's own support for technology in its counties, 30 % of the increase."""
    _own_funds_reward(c)


@rule("hebei-county-export-rebate-top10")
def export_rebate(c: Case) -> None:
    """Among the first ten by total, increase or growth of VAT refunded on exports."""
    ranks = ("total_rank", "increment_rank", "growth_rank")
    met = [c.at_most(rank, "top_n") for rank in ranks]
    count = sum(met)
    c.step(f"入围{count}项；同时符合两项以上的不重复奖励", "once")
    c.step(f"全省每年安排{c.show('pool')}，单县金额由省财政厅测算，原文未列公式", "pool")
    c.out(eligible=any(met), qualified_items_count=count)


@rule("hebei-county-headquarters-reward")
def headquarters(c: Case) -> None:
    """100, 75 and 50 % of the province's part of two taxes in three years; each year must reach the threshold."""
    year = c.num("year_index")
    rates = {index: f"year{index}" for index in range(1, int(c.param("years")) + 1)}
    within = c.at_most("year_index", "years", "奖补年度：第")
    if not c.eligible(
        c.require("fits_hebei_industry", "who"),
        c.on_or_after("settled_date", "settled_from"),
        c.at_least("local_retained_wan", "threshold"),
        within,
    ):
        return c.nothing()
    rate = rates[int(year)]
    c.step(f"第{c.fmt(year)}年，比例{c.show(rate)}", rate)
    c.out(rate_pct=c.param(rate), amount_wan=c.product("奖补所在县(市)", "provincial_retained_wan", rate))
    c.step("奖补资金给县(市)统筹使用，不得返还相应企业", "not_returned")


def _increment(c: Case, increment: Decimal, label: str) -> None:
    """The rate of the province's increment, nothing where there is none. Pays the county, never the enterprise."""
    counted = max(increment, ZERO)
    if increment < 0:
        c.step(f"{label}为{c.fmt(increment, '万元')}，没有增量，按0计算", "rate")
    c.out(amount_wan=c.share(counted, "rate", "奖励企业所在县(市)"))
    c.step("奖补资金给县(市)统筹使用，不得返还相应企业", "not_returned")


@rule("hebei-county-hightech-vat-reward")
def hightech_vat(c: Case) -> None:
    """25 % of the province's increment of VAT from a recognised high-tech enterprise."""
    if not c.eligible(
        c.require("is_valid_national_hightech", "rate"), c.require("is_registered_and_taxed_in_county", "rate")
    ):
        return c.nothing()
    _increment(c, c.num("provincial_vat_increment_wan"), "增值税省级分享增量")


@rule("hebei-county-jingjin-relocation-reward")
def jingjin_relocation(c: Case) -> None:
    """25 % of the province's part of two taxes of an enterprise moved from Beijing or Tianjin, for three years."""
    if not c.eligible(
        c.require("is_recognized_relocation", "who"),
        c.at_most("tax_year_index", "years"),
        c.at_least("local_retained_wan", "threshold"),
    ):
        return c.nothing()
    c.out(amount_wan=c.product("奖励所在县(市)", "provincial_share_wan", "rate"))
    c.step("奖补资金给县(市)统筹使用，不得返还相应企业", "not_returned")


@rule("hebei-county-military-civil-reward")
def military_civil(c: Case) -> None:
    """25 % of the province's increment of both taxes together."""
    if not c.eligible(
        c.require("is_recognized_military_civil", "who"), c.require("is_registered_and_taxed_in_county", "who")
    ):
        return c.nothing()
    vat, cit = c.num("provincial_vat_increment_wan"), c.num("provincial_cit_increment_wan")
    c.step(f"两税增量合计：增值税{c.fmt(vat)}、企业所得税{c.fmt(cit)}，合计{c.fmt(vat + cit, '万元')}", "rate")
    if min(vat, cit) < 0 < max(vat, cit):
        c.warn("一税增、一税减时原文未写如何处理，按两税合计计算。")
    _increment(c, vat + cit, "两税省级分享增量合计")


SAME_RATE = ("hightech_amount_wan", "military_civil_amount_wan", "jingjin_amount_wan")


@rule("hebei-county-reward-no-stacking")
def no_stacking(c: Case) -> None:
    """Of articles two to five only the one with the highest rate; those of the same rate leave a range."""
    offered = [n for n in SAME_RATE if c.num(n) > 0]
    head = c.num("headquarters_amount_wan")
    for name in (*offered, *(["headquarters_amount_wan"] if head > 0 else [])):
        c.step(f"{c.label(name)}：{c.show(name)}", "rule")
    if head > 0:
        c.step(f"第五条比例最高，按{c.fmt(head, '万元')}，不与其他各条重复计算", "rule", "headquarters_rates")
        if offered and max(c.num(n) for n in offered) > head:
            c.warn("原文取“最高比例”而不是最高金额：其他条款的测算额更高，但仍按第五条，请核实。")
        low = high = head
    elif offered:
        low, high = min(c.num(n) for n in offered), max(c.num(n) for n in offered)
        open_end = "；各条比例相同，取哪一条原文未写，只能给出区间" if low != high else ""
        c.step(f"不重复计算，按{c.fmt_range((low, high), '万元')}{open_end}", "rule", "once")
    else:
        low = high = ZERO
        c.step("没有符合的条款", "once")
    c.out(eligible=high > 0, amount_min_wan=low, amount_max_wan=high)


@rule("hebei-county-tax-growth-reward")
def tax_growth(c: Case) -> None:
    """15 % of the province's increment, more for poor counties and a better structure; read both ways."""
    if not c.eligible(c.require("is_growth_above_county_average", "rate")):
        return c.nothing()
    low = high = c.param("rate")
    c.step(f"基本比例{c.show('rate')}", "rate")
    if c.flag("is_poverty_county"):
        bonus = c.param("poverty_bonus")
        low, high = low * (HUNDRED + bonus) / HUNDRED, high + bonus
        c.step(
            f"贫困县“增加{c.show('poverty_bonus')}”：读作乘以{c.fmt((HUNDRED + bonus) / HUNDRED)}为{c.fmt(low, '%')}，"
            f"读作加{c.fmt(bonus)}个百分点为{c.fmt(high, '%')}",
            "poverty_bonus",
        )
    rise = c.num("tax_ratio_increase_pct")
    up = min(max(rise, ZERO), c.param("bump_cap"))
    points = up / c.param("bump_step")
    whole = points.to_integral_value(ROUND_FLOOR)
    low, high = low + whole * c.param("bump_per_step"), high + points * c.param("bump_per_step")
    c.step(
        f"税收收入比重比上年{'提高' if rise >= 0 else '下降'}{c.fmt(abs(rise))}个百分点；每提高{c.show('bump_step')}，"
        f"奖励比例提升{c.show('bump_per_step')}，最高{c.show('bump_cap')}：奖励比例{c.fmt_range((low, high), '%')}",
        "bump_step",
        "bump_per_step",
        "bump_cap",
    )
    if points != whole:
        c.warn("不足1个百分点的零头是否按比例计原文未写：下限不计，上限按比例计。")
    increment = max(c.num("provincial_share_increment_wan"), ZERO)
    if c.num("provincial_share_increment_wan") < 0:
        c.step("省级分享没有增量，按0计算", "rate")
    amounts = (increment * low / HUNDRED, increment * high / HUNDRED)
    c.step(
        f"奖励县(市)：{c.fmt(increment, '万元')} × {c.fmt_range((low, high), '%')} = {c.fmt_range(amounts, '万元')}",
        "rate",
    )
    c.out(rate_min_pct=low, rate_max_pct=high, amount_min_wan=amounts[0], amount_max_wan=amounts[1])


@rule("hebei-shortfall-county-self-reliance-reward")
def self_reliance(c: Case) -> None:
    """70 % of the 2018 subsidy for counties that stand on their own in 2019, 40 % in 2020."""
    year = c.num("self_reliance_year")
    share = {c.param("early_year"): "early_share", c.param("late_year"): "late_share"}.get(year)
    c.eligible(
        c.test(
            f"实现财政自立的年份{c.fmt(year) if year else '：没有实现'}，须为{c.show('early_year')}或{c.show('late_year')}",
            share is not None,
            "early_year",
            "late_year",
        )
    )
    if share is None:
        if year >= c.param("stop"):
            c.step(f"{c.show('stop')}起不再补助", "stop")
        return c.nothing()
    c.out(rate_pct=c.param(share), amount_wan=c.product(c.label("subsidy_2018_wan"), "subsidy_2018_wan", share))
