"""山西省2019年的三个申报通知：高新技术企业认定、技术创新提升专项、中小企业公共服务示范平台."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule, show_value

SCOPES = {  # 申报范围 → the evidence that names it
    "new_national_tech_center": "new_national_tech_center",
    "tech_center_excellent_or_top50": "top_n",
    "national_innovation_center": "national_innovation_center",
    "national_quality_benchmark": "national_quality_benchmark",
    "rd_expense_confirmed": "rd_expense_confirmed",
    "standards_published": "standards_published",
}


@rule("shanxi-2019-hntech-batch")
def hntech_batch(c: Case) -> None:
    """The first of three closing days that is not over; each closing day still counts."""
    batch, issued = 0, c.spec.valid_from
    if issued is not None and c.day("submit_date") < issued:
        c.step(f"{c.show('submit_date')}早于通知印发日{show_value(issued)}，尚未开始", "b1")
    else:
        for number, closing in enumerate(("b1", "b2", "b3"), start=1):
            if c.on_or_before("submit_date", closing):
                batch = number
                break
    c.step(f"可赶上第{batch}批" if batch else "没有可赶上的批次", "local")
    c.out(eligible=batch > 0, batch_number=batch)


def _share(c: Case, part: str, whole: str, limit: str, text: str) -> bool:
    """part ÷ whole not below a limit, unrounded; not met where there is nothing to divide by."""
    if not c.num(whole):
        return c.test(f"{text}：{c.label(whole)}为0，无法计算占比", False, limit)
    percent = c.num(part) * HUNDRED / c.num(whole)
    return c.at_least(percent, limit, f"{text}：{c.show(part)} ÷ {c.show(whole)} =")


@rule("shanxi-2019-hntech-eligibility")
def hntech_eligibility(c: Case) -> None:
    """Eight conditions; the share of research depends on the sales of the last year."""
    sales = c.num("last_year_sales_wan")
    band = "small" if sales <= c.param("small_max") else "mid" if sales <= c.param("mid_max") else "large"
    bound = {"small": "small_max", "mid": "mid_max", "large": "large_min"}[band]
    required = c.param(f"{band}_rd")
    c.step(
        f"最近一年销售收入{c.show('last_year_sales_wan')}，{'超过' if band == 'large' else '不超过'}{c.show(bound)}，"
        f"研发费用占比须不低于{c.show(f'{band}_rd')}",
        f"{band}_rd",
        bound,
    )
    least = c.product("近三年研发费用最低总额", "three_year_sales_wan", f"{band}_rd")
    has_sales = c.num("three_year_sales_wan") > 0
    staff = _share(c, "tech_staff_count", "total_staff_count", "staff_min", "科技人员占比")
    research = c.test(
        f"近三年研发费用{c.show('three_year_rd_wan')}，须不低于{c.fmt(least, '万元')}"
        + ("" if has_sales else "，但近三年没有销售收入，无法计算占比"),
        has_sales and c.num("three_year_rd_wan") >= least,
        f"{band}_rd",
    )
    domestic = _share(c, "domestic_rd_wan", "three_year_rd_wan", "domestic_min", "境内研发费用占比")
    income = _share(c, "hightech_income_wan", "total_income_wan", "income_min", "高新技术产品（服务）收入占比")
    c.out(rd_required_pct=required, min_rd_wan=least, meets_staff_ratio=staff, meets_rd_ratio=research)
    c.out(meets_domestic_ratio=domestic, meets_income_ratio=income)
    c.eligible(
        c.at_least("registered_years", "age_min"),
        c.require("has_core_ip", "ip"),
        c.require("is_in_key_field", "field"),
        staff,
        research,
        domestic,
        income,
        c.require("meets_innovation_evaluation", "evaluation"),
        c.require("has_serious_violation", "violation", wanted=False),
    )


def _basics(c: Case) -> list[bool]:
    """What every project of the special fund must meet; sets `threshold_wan`."""
    if c.choice("applicant_type") == "other_legal_entity":
        c.step("其他法人单位没有收入门槛", "revenue_min")
        c.out(threshold_wan=Decimal(0))
        met = []
        if not c.flag("is_registered_in_shanxi"):
            c.warn("“山西省内注册”是否也约束其他法人单位，通知不明，按约束处理，请向当地工信局核实。")
    else:
        limit = "it_revenue_min" if c.flag("is_it_service_industry") else "revenue_min"
        c.out(threshold_wan=c.param(limit))
        met = [c.at_least("revenue_2018_wan", limit)]
    return [
        *met,
        c.require("is_registered_in_shanxi", "registered"),
        c.require("is_blacklisted", "blacklist", wanted=False),
        c.require("meets_catalog", "catalog"),
        c.require("has_other_provincial_funding", "funding", wanted=False),
    ]


@rule("shanxi-2019-innovation-fund-eligibility")
def innovation_fund(c: Case) -> None:
    """Basic conditions and one of the listed achievements; the notice gives no amount."""
    item = c.choice("scope_item")
    met = _basics(c)
    met.append(c.is_one_of("scope_item", list(SCOPES), SCOPES.get(item, "new_national_tech_center")))
    c.eligible(*met)
    if item == "rd_expense_confirmed":
        c.warn("研发费用加计扣除奖励还有企业技术中心、统计和加计扣除金额三项要求，请再用该奖励的计算器判断。")
    closing = "deadline_rd" if item == "rd_expense_confirmed" else "deadline_other"
    c.step(f"申报截止{c.show(closing)}（不参加本判断）", closing)


@rule("shanxi-2019-rd-deduction-award-eligibility")
def rd_deduction_award(c: Case) -> None:
    """Basic conditions and three more; the notice gives no amount."""
    c.eligible(
        *_basics(c),
        c.is_one_of("tech_center_level", ["national", "provincial"], "tech_center"),
        c.require("is_in_statistics_scope", "statistics"),
        c.require("has_2018_tax_filing", "tech_center"),
        c.at_least("super_deduction_wan", "deduction_min"),
    )
    c.step(f"申报截止{c.show('deadline')}（不参加本判断）", "deadline")


@rule("shanxi-2019-sme-platform-reapply")
def platform_reapply(c: Case) -> None:
    """Batches 1—4 have run out; 5—7 may apply in the year in which they run out; new ones need a backing."""
    match c.choice("platform_case"):
        case "batch_1_to_4":
            c.eligible(c.test("第1—4批已超过有效期，可于今年重新申报", True, "batch_1_to_4"))
        case "batch_5_to_7":
            year, expiry = c.param("year"), c.num("expiry_year")
            c.step(f"每次认定有效期{c.show('validity')}，可在有效期满当年再次申报", "validity")
            shown = f"{c.fmt(expiry)}年" if expiry else "未填"
            c.eligible(c.test(f"有效期满年份{shown}，须为{c.fmt(year)}年", expiry == year, "batch_5_to_7", "year"))
        case _:
            c.eligible(c.require("has_recognition_or_recommendation", "first_time"))
    if c.choice("platform_case") != "first_time":
        c.warn("市级认定、省直部门认定或发文推荐的要求对重新申报是否同样适用，通知没有除外，请一并准备。")
    c.step(f"推荐单位于{c.show('deadline')}前报送（不参加本判断）", "deadline")
