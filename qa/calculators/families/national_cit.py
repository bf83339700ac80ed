"""企业所得税优惠和个人所得税基本减除费用，2018年前后的国家规定."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule

FREE = HUNDRED  # 免征: all of it
HALF = HUNDRED / 2  # 减半: half of it


def _years(c: Case, *ends: str) -> bool:
    """The tax year is not before the year of the date parameter `start` nor after that of `end`."""
    year, met = c.num("tax_year"), []
    for name, word in zip(ends, ("不早于", "不晚于"), strict=False):
        limit = Decimal(c.day_param(name).year)
        inside = year >= limit if word == "不早于" else year <= limit
        met.append(c.test(f"{c.label('tax_year')} {c.fmt(year)}年，须{word}{c.fmt(limit)}年", inside, name))
    return all(met)


@rule("national-advanced-service-change-report-15d")
def change_report(c: Case) -> None:
    """Fifteen calendar days after the day of the change, which does not count itself."""
    _within_calendar(c, "change_date")
    deadline = c.day("change_date") + timedelta(days=int(c.param("days")))
    c.step(
        f"{c.show('change_date')}发生变化，当日不计，{c.show('days')}内向主管税务机关报告，最迟{_day(deadline)}", "days"
    )
    c.step("不再符合条件的，应当依法履行纳税义务", "not_met")
    c.out(deadline_date=deadline)


def _within_calendar(c: Case, name: str) -> None:
    """Days close to the end of what a date can say are slips of the keyboard."""
    if c.day(name).year > date.max.year - HUNDRED:
        raise c.error(name, f"“{c.label(name)}”过晚，请核对年份")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@rule("national-advanced-service-enterprise-eligibility")
def advanced_service(c: Case) -> None:
    """Five conditions at once; the three shares are compared unrounded and include the figure."""
    basics = [c.require("is_domestic_legal_person", "legal_person"), c.require("is_in_scope_business", "business")]
    shares = {
        "meets_staff_ratio": ("college_staff_count", "total_staff_count", "college", "大专以上学历员工占比"),
        "meets_tech_income_ratio": (
            "tech_service_income_wan",
            "total_income_wan",
            "tech_income",
            "技术先进型服务业务收入占比",
        ),
        "meets_offshore_ratio": ("offshore_income_wan", "total_income_wan", "offshore", "离岸服务外包业务收入占比"),
    }
    for output, (part, whole, limit, text) in shares.items():
        if c.num(part) > c.num(whole):
            c.warn(f"“{c.label(part)}”大于“{c.label(whole)}”，请核对填报数。")
        percent = c.num(part) * HUNDRED / c.num(whole)
        met = c.at_least(percent, limit, f"{text} {c.show(part)} ÷ {c.show(whole)} =")
        c.out(**{output: met})
        basics.append(met)
        if percent == c.param(limit) and limit != "offshore":
            c.warn(f"{text}正好{c.show(limit)}：通知没有写明“以上”是否含本数，按含本数计算，请向认定机构核实。")
    c.step("五项条件必须同时符合", "all_conditions")
    c.eligible(*basics)


@rule("national-cit-advanced-service-15pct")
def advanced_service_rate(c: Case) -> None:
    """15 % for recognised enterprises, from 2017, for 服务贸易类 from 2018."""
    sort = c.choice("service_category")
    if not c.eligible(c.require("is_recognized", f"{sort}_rate"), _years(c, f"{sort}_start")):
        c.warn(f"不适用{c.show(f'{sort}_rate')}的优惠税率，应按法定税率另算；结果为0不表示不用缴税。")
        return c.nothing()
    c.out(rate_pct=c.param(f"{sort}_rate"), tax_wan=c.product("应缴企业所得税", "taxable_income_wan", f"{sort}_rate"))


@rule("national-cit-employee-education-8pct")
def employee_education(c: Case) -> None:
    """Up to 8 % of wages, what was carried in included; the rest is carried on."""
    if not c.eligible(_years(c, "start")):
        c.warn(
            "结果为0只表示不适用本通知，不表示不能扣除：2018年以前按当时的限额，技术先进型、高新技术企业的限额另有规定。"
        )
        return c.nothing()
    pool = c.num("training_expense_wan") + c.num("carried_in_wan")
    c.step(
        f"待扣除合计：{c.show('training_expense_wan')} ＋ 以前年度结转{c.show('carried_in_wan')} = {c.fmt(pool, '万元')}",
        "rate",
    )
    limit = c.product("扣除限额", "wages_wan", "rate")
    deducted = c.cap(pool, limit, "rate", label="扣除限额")
    c.step(f"结转以后年度：{c.fmt(pool)} － {c.fmt(deducted)} = {c.fmt(pool - deducted, '万元')}", "rate")
    c.out(deduction_wan=deducted, carryforward_wan=pool - deducted)


@rule("national-cit-equipment-one-off-deduction")
def equipment(c: Case) -> None:
    """Each unit up to 500 万元 is measured alone, never the sum of several."""
    if not c.eligible(
        c.require("is_new_purchase", "start"),
        c.require("is_building", "scope", wanted=False),
        c.at_most("unit_price_wan", "unit_cap"),
        c.on_or_after("purchase_date", "start"),
        c.on_or_before("purchase_date", "end"),
    ):
        c.warn("结果为0只表示不能按本通知一次性扣除，不表示不能按其他规定扣除。")
        return c.nothing()
    amount = c.num("unit_price_wan") * c.num("quantity_count")
    c.step(
        f"可一次性扣除：{c.show('unit_price_wan')} × {c.show('quantity_count')} = {c.fmt(amount, '万元')}", "unit_cap"
    )
    c.out(deduction_wan=amount)


@rule("national-cit-incentive-records-10y")
def records(c: Case) -> None:
    """Ten years from the day after the settlement period."""
    _within_calendar(c, "settlement_end_date")
    start = c.day("settlement_end_date") + timedelta(days=1)
    years = int(c.param("years"))
    try:
        after = start.replace(year=start.year + years)
    except ValueError:  # 29 February: the year in question has none
        after = start.replace(year=start.year + years, day=28)
    end = after - timedelta(days=1)
    c.step(f"自汇算清缴期结束次日{_day(start)}起保留{c.show('years')}，至{_day(end)}", "years")
    c.out(retention_start_date=start, retention_end_date=end)


@rule("national-cit-infrastructure-3free-3half")
def infrastructure(c: Case) -> None:
    """Years one to three free, four to six halved, counted from the year of the first revenue."""
    conditions = all(
        [
            c.require("is_approved_after_2008", "approved_after"),
            c.require("is_in_catalogue", "catalogue"),
            c.require("has_separate_accounting", "separate"),
            c.require("is_contract_or_self_use", "contract", wanted=False),
        ]
    )
    n = c.num("tax_year") - c.num("first_revenue_year") + 1
    if n < 1:
        percent = Decimal(0)
        c.step(
            f"{c.show('tax_year')}早于取得第一笔收入的{c.show('first_revenue_year')}，尚未开始享受",
            "from_first_revenue",
        )
    else:
        percent = FREE if n <= c.param("free_to") else HALF if n <= c.param("half_to") else Decimal(0)
        treated = {FREE: "免征", HALF: "减半征收"}.get(percent, "已过优惠期")
        c.step(
            f"自{c.show('first_revenue_year')}起算，{c.show('tax_year')}是第{c.fmt(n)}年：{treated}",
            "half_to" if percent == HALF else "free_to",
            "from_first_revenue",
        )
    percent = percent if conditions else Decimal(0)
    amount = c.num("project_income_wan") * percent / HUNDRED
    c.step(f"减免的所得额：{c.show('project_income_wan')} × {c.fmt(percent, '%')} = {c.fmt(amount, '万元')}", "free_to")
    c.out(eligible=percent > 0, reduction_pct=percent, deduction_wan=amount)


@rule("national-cit-loss-carryforward-10y")
def loss_carryforward(c: Case) -> None:
    """Losses of the five years before a year of qualification, 2018 or later, may be carried for ten years."""
    qualified, lost = c.num("qualification_year"), c.num("loss_year")
    first = Decimal(c.day_param("start").year)
    gap = qualified - lost
    in_force = c.test(f"具备资格的年度{c.fmt(qualified)}年，须不早于{c.fmt(first)}年", qualified >= first, "start")
    inside = 1 <= gap <= c.param("lookback")
    text = f"亏损年度{c.fmt(lost)}年，须在资格年度之前的{c.show('lookback')}（{c.fmt(qualified - c.param('lookback'))}—{c.fmt(qualified - 1)}年）"
    years = "years_new" if c.eligible(in_force, c.test(text, inside, "lookback")) else "years_old"
    last = lost + c.param(years)
    c.step(f"结转年限{c.show(years)}，自亏损年度的次年起算，最后可弥补到{c.fmt(last)}年", years)
    c.out(carryforward_years=c.param(years), last_carry_year=last)


@rule("national-cit-rd-super-deduction-75")
def rd_super_deduction(c: Case) -> None:
    """75 % on top of the actual expense; intangible assets written off at 175 % of their cost."""
    if not c.eligible(_years(c, "start", "end")):
        c.warn("结果为0只表示该年度不适用本通知，不表示不能加计扣除：以前的比例另有规定，以后的资料中没有，请核实。")
        return c.nothing()
    extra = c.product("加计扣除额", "expensed_rd_wan", "extra")
    total = c.num("expensed_rd_wan") + extra
    c.step(f"据实扣除{c.show('expensed_rd_wan')} ＋ 加计{c.fmt(extra, '万元')} = {c.fmt(total, '万元')}", "extra")
    base = c.product("无形资产可摊销的计税成本", "intangible_cost_wan", "intangible")
    c.out(deduction_wan=extra, total_deduction_wan=total, amortization_base_wan=base)


@rule("national-cit-small-low-profit-2018")
def small_low_profit(c: Case) -> None:
    """Half of the income at 20 %; income, staff and assets all within their limits, or the relief is lost whole."""
    sort = c.choice("enterprise_type")
    if not c.eligible(
        c.require("is_restricted_industry", "industry", wanted=False),
        _years(c, "start", "end"),
        c.at_most("taxable_income_wan", "income_cap"),
        c.at_most("employee_count", f"{sort}_people"),
        c.at_most("total_assets_wan", f"{sort}_assets"),
    ):
        c.warn("不符合小型微利企业条件，应按法定税率另算；结果为0不表示不用缴税。")
        return c.nothing()
    if c.num("tax_year") > c.day_param("start").year:
        c.warn("资料中没有2019年以后的税收文件，该纳税年度请先核实小型微利企业的条件和税率有无新规定。")
    c.step(f"{c.label('enterprise_type')}的所得上限同为{c.show(f'{sort}_income')}", f"{sort}_income")
    c.out(tax_wan=c.product("应缴企业所得税", "taxable_income_wan", "inclusion", "rate"))


@rule("national-iit-basic-deduction-5000")
def iit_basic(c: Case) -> None:
    """5000 元 a month from October 2018; 专项附加扣除 beside it from 2019."""
    if not c.eligible(c.on_or_after("income_date", "start")):
        return c.nothing()
    special = c.num("special_additional_yuan")
    if c.day("income_date") < c.day_param("new_law"):
        if special:
            c.step(f"{c.show('new_law')}以前为过渡期，专项附加扣除不适用，按0计算", "special", "new_law")
        special = Decimal(0)
    deduction = c.param("basic") + special
    c.step(f"可减除：{c.show('basic')} ＋ 专项附加扣除{c.fmt(special, '元')} = {c.fmt(deduction, '元')}", "basic")
    income = max(c.num("monthly_income_yuan") - deduction, Decimal(0))
    c.step(
        f"减除后：{c.show('monthly_income_yuan')} － {c.fmt(deduction, '元')}，不足减为0 = {c.fmt(income, '元')}",
        "basic",
    )
    c.out(deduction_yuan=deduction, taxable_income_yuan=income)


@rule("national-small-low-profit-quarterly-average")
def quarterly_average(c: Case) -> None:
    """Mean of the quarters' means; a part year counts as a whole one with as many quarters as it had."""
    count = int(c.num("operating_quarter_count"))
    means = []
    for n in range(1, count + 1):
        begin, end = c.num(f"q{n}_begin"), c.num(f"q{n}_end")
        means.append((begin + end) / c.param("ends"))
        c.step(
            f"第{n}个季度：（{c.fmt(begin)} ＋ {c.fmt(end)}）÷ {c.fmt(c.param('ends'))} = {c.fmt(means[-1])}", "ends"
        )
    average = sum(means, Decimal(0)) / count
    whole_year = count == c.param("quarters")
    c.step(
        f"{'全年' if whole_year else '实际经营期'}季度平均值：{' ＋ '.join(c.fmt(m) for m in means)}，÷ {count} = {c.fmt(average)}",
        "quarters" if whole_year else "part_year",
    )
    c.out(average_value=average)
