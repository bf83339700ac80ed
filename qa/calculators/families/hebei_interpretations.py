"""支持产业转型升级和民营企业发展政策措施解读: what three departments of Hebei add to the documents they explain."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule

from .hebei_restated import design_center_reward, share_at_most


@rule("hebei-2018-interpretation-design-center-award")
def design_center(c: Case) -> None:
    """As the private-economy document, with two years and a notable benefit asked for besides."""
    design_center_reward(
        c,
        c.at_least("established_years", "min_years"),
        c.require("has_significant_benefit", "min_years"),
        c.require("is_hebei_legal_entity", "applicants"),
    )


@rule("hebei-2018-interpretation-innovation-platform-award")
def innovation_platform(c: Case) -> None:
    """50—500 万元 by grade; the grades' sums are not written, so only the range can be told."""
    if not c.eligible(
        c.is_one_of("platform_type", ["enterprise_tech_center", "engineering_research_center"], "platforms"),
        c.is_one_of("platform_level", ["national", "provincial"], "levels"),
        c.is_one_of("recognition", ["newly_recognized", "evaluated_excellent"], "platforms"),
    ):
        return c.nothing()
    low, high = c.param("min"), c.param("max")
    c.step(f"奖励{c.fmt_range((low, high), '万元')}，等次对应的金额没有写，只能给出区间", "min", "max")
    if c.choice("platform_level") == "national" and c.choice("platform_type") == "engineering_research_center":
        c.warn(
            "民营经济若干意见对新认定的国家级工程研究中心另写奖励区间，"
            "口径不同，见 hebei-private-economy-national-rd-platform-reward。"
        )
    c.out(amount_min_wan=low, amount_max_wan=high)


@rule("hebei-design-competition-award")
def design_competition(c: Case) -> None:
    """50 万元 for each of the named international awards, 20 for each national gold; no limit."""
    total = c.product("国际设计奖", "international_award_count", "international_each") + c.product(
        "中国优秀工业设计奖金奖", "national_gold_count", "national_gold_each"
    )
    if not c.eligible(
        c.require("is_hebei_design_entity", "recipients"),
        c.test("有列明的奖项", total > 0, "international_each", "national_gold_each"),
    ):
        return c.nothing()
    c.step(f"合计 {c.fmt(total, '万元')}", "international_each", "national_gold_each")
    c.out(amount_wan=total)


@rule("hebei-feidi-tax-sharing")
def feidi_tax_sharing(c: Case) -> None:
    """The base stays with the place left; what comes on top is shared as both governments agreed."""
    base, now, share = c.num("base_tax_wan"), c.num("current_tax_wan"), c.num("origin_share_pct")
    more = max(now - base, Decimal(0))
    kept = min(base, now)
    c.step(
        f"税收增量：当年{c.show('current_tax_wan')} − 基期年{c.show('base_tax_wan')} = {c.fmt(now - base, '万元')}"
        + ("，按0计" if now < base else ""),
        "base_year",
    )
    if now < base:
        c.warn("当年税收低于基数时如何处理原文未写，按增量为0、当年税收全部归投资主体所在地计算，请以双方协议为准。")
    origin = kept + more * share / HUNDRED
    c.step(
        f"投资主体所在地：基数部分{c.fmt(kept, '万元')} ＋ 增量{c.fmt(more, '万元')} × {c.show('origin_share_pct')}"
        f" = {c.fmt(origin, '万元')}",
        "base_year",
        "negotiated",
    )
    destination = more * (HUNDRED - share) / HUNDRED
    c.step(
        f"项目承接地：增量{c.fmt(more, '万元')} × {c.fmt(HUNDRED - share, '%')} = {c.fmt(destination, '万元')}",
        "negotiated",
    )
    c.out(increment_wan=more, origin_amount_wan=origin, destination_amount_wan=destination)


@rule("hebei-hightech-industrialization-subsidy")
def hightech_industrialization(c: Case) -> None:
    """15 % of the whole investment of a project in the provincial plan, at most 1000 万元."""
    if not c.eligible(c.require("is_in_provincial_plan", "plan")):
        return c.nothing()
    c.out(amount_wan=c.cap(c.product("按项目总投资补助", "total_investment_wan", "rate"), "cap", label="单个项目上限"))


@rule("hebei-project-approval-time-limit")
def approval_time_limit(c: Case) -> None:
    """40, 15 or 2 working days; the last of them is still in time."""
    mode = c.choice("project_mode")
    days, limit = c.num("elapsed_work_days"), c.param(mode)
    c.step(f"{c.show('project_mode')}项目立项阶段办理时限{c.show(mode)}以内", mode, "within")
    within = c.at_most("elapsed_work_days", mode)
    over = max(days - limit, Decimal(0))
    if not within:
        c.step(f"超出：{c.fmt(days)} − {c.fmt(limit)} = {c.fmt(over, '个工作日')}", mode)
    c.out(limit_work_days=limit, is_within_limit=within, overdue_work_days=over)


@rule("hebei-tech-upgrade-subsidy")
def tech_upgrade(c: Case) -> None:
    """Up to 20 % of the recognised investment, 30 for a service platform; at most 1000 万元 a project."""
    rate = {"industrial_development": "industry_rate", "public_service_platform": "platform_rate"}[
        c.choice("project_type")
    ]
    c.step(
        f"{c.show('project_type')}：不超过认定有效投资总额的{c.show(rate)}，只对已完成设备投资事后奖补",
        rate,
        "afterwards",
    )
    c.out(rate_max_pct=c.param(rate))
    share_at_most(c, rate, "cap_per_project")
