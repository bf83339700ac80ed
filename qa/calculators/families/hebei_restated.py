"""What several Hebei documents state alike, worked out once: fund reward, 新三板, premiums, standards, design, technology.

Each function expects the same parameter names in the rules that use it; the conditions that differ are handed in.
"""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import HUNDRED, Case


def fund_reward(c: Case, *conditions: bool) -> None:
    """Up to 1 % of the investment, at most the cap; the threshold is compared net of the government's guide fund."""
    investment, guide = c.num("investment_wan"), c.num("guide_fund_wan")
    net = investment - guide
    if guide > investment:
        c.warn("政府引导基金出资多于投资总额，两项数字矛盾，请核对。")
    c.step(
        f"扣除政府引导基金：{c.show('investment_wan')} − {c.show('guide_fund_wan')} = {c.fmt(net, '万元')}", "threshold"
    )
    if not c.eligible(
        *conditions,
        c.at_least(net, "threshold", "扣除政府引导基金后的资金规模"),
        c.at_least("holding_years", "min_years"),
    ):
        return c.nothing()
    most = c.cap(c.product("实际投资额按最高比例计算", "investment_wan", "rate"), "cap", label="最高奖励")
    up_to(c, most, "一次性奖励", "rate", "cap")
    if guide:
        strict = min(net * c.param("rate") / HUNDRED, c.param("cap"))
        c.step(f"如“实际投资额”也要扣除政府引导基金（原文未写明），上限为{c.fmt(strict, '万元')}", "rate", "cap")


def neeq_reward(c: Case, moved: str) -> None:
    """50 万元 and 1‰ of the first year's first financing, the 150 万元 read both ways; after a move up, the difference."""
    if not c.eligible(c.require("is_listed_on_neeq", "base")):
        return c.nothing()
    if c.flag(moved):
        left = max(c.param("main_board") - c.num("received_wan"), Decimal(0))
        c.step(
            f"{c.label(moved)}——是：按新市场奖励标准补差，"
            f"{c.show('main_board')} − 已领取{c.show('received_wan')}，还可得{c.fmt(left, '万元')}",
            "difference",
            "main_board",
        )
        return c.out(amount_min_wan=left, amount_max_wan=left)
    financing = c.product(f"挂牌{c.show('within_years')}内首次融资额奖励", "first_year_financing_wan", "financing_rate")
    base = c.param("base")
    c.step(
        f"挂牌奖励{c.show('base')} ＋ 融资奖励{c.fmt(financing, '万元')} = {c.fmt(base + financing, '万元')}",
        "base",
        "financing_rate",
    )
    low = c.cap(base + financing, "cap", label="合计上限（读法一）")
    high = base + c.cap(financing, "cap", label="融资奖励上限（读法二）")
    if low != high:
        c.step(f"“最高不超过”封总额还是只封融资奖励，原文未写明，给出区间{c.fmt_range((low, high), '万元')}", "cap")
    if c.num("received_wan"):
        c.warn("未转板时按应得总额计算，没有扣减此前已领取的部分。")
    c.out(amount_min_wan=low, amount_max_wan=high)


def recognised_premium(c: Case) -> Decimal:
    """The year's premium in 万元, cut down to what it would be at the highest rate that is recognised."""
    recognised, rate = c.num("annual_premium_wan"), c.num("premium_rate_pct")
    if rate > c.param("rate_cap"):
        recognised = recognised * c.param("rate_cap") / rate
        c.step(
            f"费率{c.show('premium_rate_pct')}超过{c.show('rate_cap')}，超过部分不认可："
            f"{c.show('annual_premium_wan')} × {c.show('rate_cap')} ÷ {c.show('premium_rate_pct')}"
            f" = {c.fmt(recognised, '万元')}",
            "rate_cap",
        )
        c.warn(f"如把{c.show('rate_cap')}的费率上限读作超过的整体不予补贴，则补贴为0，请向财政部门核实。")
    else:
        c.step(
            f"费率{c.show('premium_rate_pct')}不超过{c.show('rate_cap')}，年度保费{c.show('annual_premium_wan')}全额认可",
            "rate_cap",
        )
    return recognised


def premium_subsidy(c: Case, *conditions: bool) -> None:
    """80 % of the year's premium, recognised up to a rate of 3 %, for at most three years."""
    if not c.eligible(*conditions):
        return c.nothing()
    a_year = c.share(recognised_premium(c), "share", "每年补贴")
    years = c.num("insured_years")
    if years > c.param("max_years"):
        years = c.param("max_years")
        c.step(
            f"保险期限{c.show('insured_years')}，原则上不超过{c.show('max_years')}，按{c.fmt(years, '年')}", "max_years"
        )
    c.step(f"合计：{c.fmt(a_year, '万元')} × {c.fmt(years, '年')} = {c.fmt(a_year * years, '万元')}", "max_years")
    c.out(amount_per_year_wan=a_year, amount_wan=a_year * years)


LEVELS = ("international", "national", "industry")


def standards_subsidy(c: Case, *conditions: bool) -> None:
    """30, 20 and 10 万元 for each international, national and industry standard that the enterprise led."""
    total = sum(
        (
            c.product(f"主持{c.label(f'{level}_count').removeprefix('主持')}", f"{level}_count", level)
            for level in LEVELS
        ),
        Decimal(0),
    )
    c.step(f"合计 {c.fmt(total, '万元')}", *LEVELS)
    if not c.eligible(*conditions, c.test("有主持制修订的标准", total > 0, *LEVELS)):
        return c.nothing()
    c.out(amount_wan=total)


def design_center_reward(c: Case, *conditions: bool) -> None:
    """100 万元 at provincial level, another 100 万元 at national level; what was received is taken off."""
    if not c.eligible(
        *conditions, c.is_one_of("level_reached", ["provincial", "national"], "provincial", "national_extra")
    ):
        return c.nothing()
    total = c.param("provincial")
    c.step(f"达到省级标准，奖励{c.show('provincial')}", "provincial")
    if c.choice("level_reached") == "national":
        total += c.param("national_extra")
        c.step(f"达到国家级标准，再奖励{c.show('national_extra')}，合计{c.fmt(total, '万元')}", "national_extra")
        if not c.num("received_wan"):
            c.warn("直接达到国家级而未获省级奖励的情形原文未写，按两级合计计算，请核实。")
    left = max(total - c.num("received_wan"), Decimal(0))
    if c.num("received_wan"):
        c.step(f"扣除已领取的{c.show('received_wan')}，还可得{c.fmt(left, '万元')}", "provincial")
    c.out(amount_wan=left)


def up_to(c: Case, most: Decimal, what: str, *cites: str, by: str = "主管部门") -> None:
    """不超过 only sets the upper end; nothing below it is promised."""
    c.step(f"“不超过”只定上限：{what}0—{c.fmt(most, '万元')}，由{by}确定", *cites)
    c.out(amount_min_wan=0, amount_max_wan=most)


def share_at_most(c: Case, rate: str, limit: str | None = None) -> None:
    """不超过 a share of the recognised investment (and a limit a project): a ceiling; nothing below it is promised."""
    most = c.product("认定有效投资按最高比例计算", "recognized_investment_wan", rate)
    if limit is not None:
        most = c.cap(most, limit, label="单个项目上限")
    up_to(c, most, "补助", rate)
