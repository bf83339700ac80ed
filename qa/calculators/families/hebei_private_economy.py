"""河北省 大力促进民营经济高质量发展的若干意见: rewards and subsidies."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import Case, rule

from .hebei_restated import design_center_reward, fund_reward, neeq_reward, premium_subsidy, standards_subsidy


@rule("hebei-private-economy-bank-innovative-loan-reward")
def bank_innovative_loan(c: Case) -> None:
    """Up to 3‰ of the quarter's average balance of recognised innovative loans to private enterprises."""
    c.out(amount_min_wan=0)
    if not c.eligible(c.require("is_recognized_product", "rate")):
        return c.nothing()
    most = c.product("季度平均贷款余额按最高比例计算", "quarter_avg_loan_balance_wan", "rate")
    c.step(f"“不超过”只定上限：0—{c.fmt(most, '万元')}", "rate")
    c.out(amount_max_wan=most)


@rule("hebei-private-economy-china-patent-award")
def china_patent(c: Case) -> None:
    """100, 50 or 10 万元 by level of the award."""
    if not c.eligible(c.is_one_of("award_level", ["gold", "silver", "excellence"], "gold", "silver", "excellence")):
        return c.nothing()
    level = c.choice("award_level")
    c.step(f"获中国专利奖{c.show('award_level')}，奖励{c.show(level)}", level)
    c.out(amount_wan=c.param(level))


@rule("hebei-private-economy-design-center-reward")
def design_center(c: Case) -> None:
    """100 万元 at provincial, another 100 at national level, without further conditions."""
    design_center_reward(c)


@rule("hebei-private-economy-first-set-insurance-subsidy")
def first_set_insurance(c: Case) -> None:
    """80 % of the premium of a filed 综合险, rate up to 3 %, up to three years."""
    premium_subsidy(c, c.require("meets_first_set_conditions", "insured"), c.require("is_insurance_filed", "insured"))


@rule("hebei-private-economy-fund-investment-reward")
def fund_investment(c: Case) -> None:
    """Up to 1 % of what a fund invests in enterprises of the province, at most 2000 万元."""
    fund_reward(c)


@rule("hebei-private-economy-guarantee-fee-subsidy")
def guarantee_fee(c: Case) -> None:
    """Guarantors of the private economy whose whole fee is at most 3 %; the sum is not in the text."""
    c.eligible(c.require("serves_private_economy", "rate_cap"), c.at_most("fee_rate_pct", "rate_cap"))


NATIONAL_PLATFORMS = [
    "national_key_laboratory",
    "national_technology_innovation_center",
    "national_engineering_research_center",
    "national_clinical_medicine_center",
    "other_national_platform",
]


@rule("hebei-private-economy-national-rd-platform-reward")
def national_rd_platform(c: Case) -> None:
    """300—500 万元 for a newly recognised national platform; the classes are not in the text."""
    if not c.eligible(c.is_one_of("platform_type", NATIONAL_PLATFORMS, "min"), c.require("is_newly_recognized", "min")):
        if c.choice("platform_type") == "provincial_platform":
            c.step("省级研发平台按绩效考核给予一定数额的后补助，原文未列数额", "provincial_platforms")
        return c.nothing()
    low, high = c.param("min"), c.param("max")
    c.step(f"一次性奖励{c.fmt_range((low, high), '万元')}，区间内的数额由主管部门确定", "min", "max")
    c.out(amount_min_wan=low, amount_max_wan=high)


@rule("hebei-private-economy-neeq-listing-reward")
def neeq_listing(c: Case) -> None:
    """新三板: 50 万元 and 1‰ of the first financing; the difference on moving to a higher board."""
    neeq_reward(c, "has_moved_to_higher_board")


@rule("hebei-private-economy-standards-subsidy")
def standards(c: Case) -> None:
    """For each standard led."""
    standards_subsidy(c)


@rule("hebei-private-economy-startup-tech-sme-reward")
def startup_tech_sme(c: Case) -> None:
    """Half of the new fiscal contribution in the three years from recognition."""
    if not c.eligible(
        c.require("is_founded_by_hebei_tech_staff", "founders"),
        c.require("is_startup_stage_tech_sme", "founders"),
        c.at_most("years_since_recognition", "years"),
    ):
        return c.nothing()
    c.out(amount_wan=c.share(c.num("new_fiscal_contribution_wan"), "share", "按新增财政贡献奖励"))


@rule("hebei-private-economy-talent-recruitment-subsidy")
def talent(c: Case) -> None:
    """Research funds and a home allowance a head, by class of talent; the second class only as a range."""
    sort, heads = c.choice("talent_category"), c.num("talent_count")
    is_special = sort == "special_expert"
    met = [
        c.is_one_of(
            "talent_category", ["world_prize_or_academician", "national_talent_or_leading", "special_expert"], *CLASSES
        ),
        c.test(f"人数 {c.show('talent_count')}", heads > 0),
    ]
    if is_special:
        if not c.flag("is_full_time"):
            c.warn("特聘专家是否须全职，原文未写，按不要求全职计算，请核实。")
    else:
        met.append(c.require("is_full_time", *CLASSES[:2]))
    if not c.eligible(*met):
        return c.nothing()
    low, high = _each(c, sort)
    c.step(
        f"{c.fmt(heads)}人 × 每人{c.fmt_range((low, high), '万元')} = {c.fmt_range((low * heads, high * heads), '万元')}"
    )
    c.out(amount_min_wan=low * heads, amount_max_wan=high * heads)


CLASSES = ("prize_winners", "national_talents", "special_expert")


def _each(c: Case, sort: str) -> tuple[Decimal, Decimal]:
    """What one person brings, lowest and highest."""
    if sort == "special_expert":
        c.step(
            f"每人资助{c.show('special_expert')}（科研经费{c.show('special_research')}、"
            f"个人奖励{c.show('special_personal')}）",
            "special_expert",
        )
        return c.param("special_expert"), c.param("special_expert")
    if sort == "world_prize_or_academician":
        research, settle = (c.param("research_top"), c.param("research_top")), "settle_top"
    else:
        ends = c.params("research_national")
        research, settle = (ends[0], ends[1]), "settle_national"
        c.step("科研经费视人才项目落地需求确定，原文只给区间", "national_talents")
    low, high = research[0] + c.param(settle), research[1] + c.param(settle)
    c.step(
        f"每人科研经费{c.fmt_range(research, '万元')} ＋ 安家费{c.show(settle)} = {c.fmt_range((low, high), '万元')}",
        settle,
    )
    return low, high


@rule("hebei-private-economy-upgrade-project-award-cap")
def upgrade_project_cap(c: Case) -> None:
    """Only the ceiling of 1000 万元 is known."""
    if not c.eligible(
        c.is_one_of("project_type", ["tech_upgrade", "strategic_emerging"], "cap"), c.require("meets_conditions", "cap")
    ):
        return c.nothing()
    c.step(f"资金奖补最高不超过{c.show('cap')}；奖补比例本条未写，只能给出上限", "cap")
    c.out(amount_max_wan=c.param("cap"))
