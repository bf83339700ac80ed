"""宁波市 2019年度高新技术企业认定: the conditions of recognition."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule


@rule("ningbo-2019-hntech-eligibility")
def hntech(c: Case) -> None:
    """Registered for 365 days, and staff, R&D and income in the proportions asked; ratios compared, never rounded."""
    days = Decimal((c.day("application_date") - c.day("established_date")).days)
    if days < 0:
        c.warn("申请日期早于注册成立日期，请核对。")
    if days == c.param("age_min"):
        c.warn(f"恰好满{c.show('age_min')}：是否计入成立当日原文未写，按不计入计算，请核实。")
    c.step(
        f"已注册日历天数：{c.show('established_date')}至{c.show('application_date')}，{c.fmt(days, '天')}", "age_min"
    )
    required = _rd_required(c)
    sales = c.num("three_year_sales_wan")
    least = sales * c.param(required) / HUNDRED
    c.step(
        f"近三年研发费用最低总额：{c.show('three_year_sales_wan')} × {c.show(required)} = {c.fmt(least, '万元')}",
        required,
    )
    ratios = {
        "meets_staff_ratio": _ratio(c, "tech_staff_count", "total_staff_count", "staff_min"),
        "meets_rd_ratio": _ratio(c, "three_year_rd_wan", "three_year_sales_wan", required),
        "meets_domestic_ratio": _ratio(c, "domestic_rd_wan", "three_year_rd_wan", "domestic_min"),
        "meets_income_ratio": _ratio(c, "hightech_income_wan", "total_income_wan", "ht_income_min"),
        "meets_main_product_ratio": _ratio(
            c, "main_product_income_wan", "hightech_income_wan", "main_product_gt", strictly=True
        ),
    }
    c.out(registered_days=days, rd_required_pct=c.param(required), min_rd_wan=least, **ratios)
    c.eligible(
        c.require("is_ningbo_resident_enterprise", "age_min"),
        c.at_least(days, "age_min", "注册成立日历天数"),
        c.require("has_core_ip", "core_ip"),
        c.require("is_in_key_field", "field"),
        *ratios.values(),
        c.require("meets_innovation_evaluation", "evaluation"),
        c.require("has_serious_violation", "violation", wanted=False),
    )


def _rd_required(c: Case) -> str:
    """The parameter with the share of R&D that last year's sales ask for; both upper limits are included (含)."""
    if c.num("last_year_sales_wan") <= c.param("small_sales"):
        required, band = "rd_small", f"不超过{c.show('small_sales')}"
    elif c.num("last_year_sales_wan") <= c.param("mid_sales"):
        required, band = "rd_mid", f"在{c.show('small_sales')}至{c.show('mid_sales')}"
    else:
        required, band = "rd_large", f"在{c.show('mid_sales')}以上"
    c.step(f"最近一年销售收入{c.show('last_year_sales_wan')}，{band}，研发费用占比不低于{c.show(required)}", required)
    return required


def _ratio(c: Case, part: str, whole: str, limit: str, *, strictly: bool = False) -> bool:
    """Whether part ÷ whole reaches (`strictly`: exceeds) a % parameter; no where the whole is 0."""
    a, b, percent = c.num(part), c.num(whole), c.param(limit)
    if a > b:
        c.warn(f"“{c.spec.input(part).label}”大于“{c.spec.input(whole).label}”，数字矛盾，请核对。")
    met = b > 0 and (a * HUNDRED > b * percent if strictly else a * HUNDRED >= b * percent)
    shown = f" = {c.fmt(a * HUNDRED / b, '%')}" if b else "（分母为0）"
    word = "超过" if strictly else "不低于"
    return c.test(
        f"{c.spec.input(part).label} ÷ {c.spec.input(whole).label}：{c.show(part)} ÷ {c.show(whole)}{shown}，"
        f"须{word}{c.show(limit)}",
        met,
        limit,
    )
