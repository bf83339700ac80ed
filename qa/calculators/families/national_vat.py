"""增值税：2018年税率下调、小规模纳税人、留抵退税、小微企业贷款利息免税."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule

LATER = "资料中没有2019年以后的税收文件，所填日期晚于{since}年，请先核实{what}有无新规定。"
RATINGS = ["a", "b"]  # 纳税信用等级 A级 or B级
SMALL_BORROWERS = ["small", "micro", "individual"]


@rule("national-small-enterprise-revenue-annualisation")
def revenue_annualisation(c: Case) -> None:
    """收入 ÷ 月数 × 12 for less than twelve months; multiplied first, so that a whole result stays whole."""
    months, revenue = c.num("actual_months"), c.num("actual_revenue_wan")
    if months >= c.param("months"):
        c.step(
            f"存续{c.show('actual_months')}，已满{c.show('months')}，直接取贷款发放前12个月的累计营业收入"
            f"{c.show('actual_revenue_wan')}",
            "months",
        )
        return c.out(annual_revenue_wan=revenue)
    annual = revenue * c.param("months") / months
    c.step(
        f"{c.show('actual_revenue_wan')} ÷ {c.show('actual_months')} × {c.fmt(c.param('months'))} = {c.fmt(annual, '万元')}",
        "formula",
        "months",
    )
    c.out(annual_revenue_wan=annual)


@rule("national-small-loan-institution-eligibility")
def loan_institution(c: Case) -> None:
    """Institutions that passed the yearly assessment, and the three kinds that need not pass it."""
    sort = c.choice("institution_type")
    if sort == "general_institution":
        c.step(f"“两增两控”按单户授信总额{c.show('loan_size')}以下（含）的小微企业贷款考核", "loan_size")
        c.eligible(c.require("has_passed_assessment", "assessed", "by_regulator"))
        return
    named = ["policy_bank", "foreign_bank", "nonbank_institution"]
    c.eligible(c.is_one_of("institution_type", named, "without_assessment"))


@rule("national-vat-agri-input-deduction-2018")
def agri_input(c: Case) -> None:
    """12 % for what goes into goods taxed at 16 %, 10 % for the rest that was at 11 %."""
    if not c.eligible(c.on_or_after("purchase_date", "effective")):
        c.warn("结果为0只表示不适用本通知的扣除率，不表示不能抵扣；以前的扣除率另有规定，不在资料中。")
        return c.nothing()
    _later_years(c, "purchase_date", "effective", "扣除率")
    rate = c.choice("use")
    c.step(f"{c.label('use')}：扣除率{c.show(rate)}", rate)
    c.out(rate_pct=c.param(rate), deduction_wan=c.product("可抵扣进项税额", "purchase_wan", rate))


@rule("national-vat-conversion-period-tax-adjustment")
def conversion_adjustment(c: Case) -> None:
    """Overpaid tax is set off and carried on; underpaid tax is met from the pending input tax first."""
    declared, adjusted = c.num("declared_tax_wan"), c.num("adjusted_tax_wan")
    pending, current = c.num("pending_input_tax_wan"), c.num("current_tax_wan")
    zero = Decimal(0)
    over, under = max(declared - adjusted, zero), max(adjusted - declared, zero)
    used = min(under, pending)
    payable = max(current - over, zero) + under - used
    carried = max(over - current, zero)
    if under:
        c.step(f"少缴税款：{c.fmt(adjusted)} － {c.fmt(declared)} = {c.fmt(under, '万元')}", "short")
        c.step(
            f"先从待抵扣进项税额{c.fmt(pending, '万元')}中抵减{c.fmt(used, '万元')}，待抵扣进项税额还有{c.fmt(pending - used, '万元')}",
            "short",
        )
        c.step(
            f"当期应申报缴纳：{c.fmt(current)} ＋ 抵减后余额{c.fmt(under - used)} = {c.fmt(payable, '万元')}", "short"
        )
    else:
        c.step(f"多缴税款：{c.fmt(declared)} － {c.fmt(adjusted)} = {c.fmt(over, '万元')}", "over")
        c.step(
            f"从当期应纳税额{c.fmt(current, '万元')}中抵减，当期应申报缴纳{c.fmt(payable, '万元')}，"
            f"结转下期继续抵减{c.fmt(carried, '万元')}",
            "over",
        )
    c.out(overpaid_wan=over, underpaid_wan=under, payable_wan=payable)
    c.out(carryforward_wan=carried, pending_input_left_wan=pending - used)


@rule("national-vat-convert-to-small-scale")
def convert_to_small_scale(c: Case) -> None:
    """Sales of 12 months or 4 quarters, estimated from the average where there were fewer, up to 500 万元."""
    window = "months" if c.choice("period_unit") == "month" else "quarters"
    full, count, sales = c.param(window), c.num("period_count"), c.num("total_sales_wan")
    if count > full:
        c.warn(f"填报期数多于{c.show(window)}：累计应税销售额应只取转登记日前连续{c.show(window)}的数。")
    periods = min(count, full)
    assessed = sales * full / periods  # multiplied first: a quotient cut short could tip the comparison
    if periods < full:
        c.step(
            f"经营期不满{c.show(window)}，按平均额估算：{c.show('total_sales_wan')} ÷ {c.fmt(periods)} × {c.fmt(full)}"
            f" = {c.fmt(assessed, '万元')}",
            "estimate",
            window,
        )
    else:
        c.step(f"转登记日前连续{c.show(window)}累计应税销售额{c.fmt(assessed, '万元')}", window)
    c.out(assessed_sales_wan=assessed)
    if c.day("application_date") == c.day_param("deadline"):
        c.warn("“12月31日前”是否含当日，通知没有写明，按含当日计算，请向税务机关核实。")
    c.eligible(
        c.require("is_registered_under_rule_28", "registered"),
        c.at_most(assessed, "threshold", "累计（估算）应税销售额"),
        c.on_or_after("application_date", "start"),
        c.on_or_before("application_date", "deadline"),
        c.require("has_reregistered", "no_return", wanted=False),
    )


@rule("national-vat-credit-refund-2018-amount")
def credit_refund_amount(c: Case) -> None:
    """Credit of the last period × the share of input tax proved by invoices, up to the credit at the end of 2017."""
    if not c.eligible(
        c.is_one_of("credit_rating", RATINGS, "rating"),
        c.require("is_in_scope_industry", "scope"),
    ):
        return c.nothing()
    total = c.num("total_deducted_input_tax_wan")
    proved = c.num("special_invoice_tax_wan") + c.num("customs_tax_wan") + c.num("tax_certificate_tax_wan")
    if proved > total:
        c.warn("三项凭证的已抵扣税额合计大于同期全部已抵扣进项税额，退还比例最多为全部，请核对填报数。")
    part = min(proved, total)
    if not total:
        c.step("同期全部已抵扣进项税额为0，退还比例按0处理", "ratio")
        refundable = Decimal(0)
    else:
        refundable = c.num("prior_period_credit_wan") * part / total
        c.step(f"退还比例：{c.fmt(part)} ÷ {c.fmt(total)} = {c.fmt(part * HUNDRED / total, '%')}", "ratio")
        c.step(
            f"可退还的期末留抵税额：{c.show('prior_period_credit_wan')} × {c.fmt(part * HUNDRED / total, '%')}"
            f" = {c.fmt(refundable, '万元')}",
            "formula",
        )
    amount = c.cap(refundable, c.num("end_2017_credit_wan"), "cap", label="2017年底期末留抵税额")
    c.out(refundable_wan=refundable, amount_wan=amount)


@rule("national-vat-credit-refund-2018-eligibility")
def credit_refund_eligibility(c: Case) -> None:
    """The 18 classes of the catalogue or a licensed power grid, with credit rating A or B."""
    if c.choice("industry") == "power_grid":
        in_scope = c.require("has_power_licence", "grid")
    else:
        classes = [i for i in c.spec.input("industry").choices if i not in ("power_grid", "other")]
        in_scope = c.is_one_of("industry", classes, "classes")
    if c.eligible(in_scope, c.is_one_of("credit_rating", RATINGS, "ratings")):
        if c.choice("industry") == "power_grid":
            c.step(f"电网企业据实退还，{c.show('refund_deadline')}前完成", "grid_in_full", "refund_deadline")
            return
        c.step(
            f"各省于{c.show('list_deadline')}前报备名单和拟退税金额，{c.show('refund_deadline')}前完成退还",
            "list_deadline",
            "refund_deadline",
        )


def _later_years(c: Case, day: str, since: str, what: str) -> None:
    """The corpus holds no tax document after 2018: later days may be under rules that it does not know."""
    year = c.day_param(since).year
    if c.day(day).year > year:
        c.warn(LATER.format(since=year, what=what))


def _rate_after_may_2018(c: Case, day: str) -> Decimal:
    """17 % → 16 % and 11 % → 10 % from 1 May 2018; other rates and earlier days keep theirs."""
    original = c.num("original_rate_pct")
    if c.day(day) < c.day_param("effective"):
        c.step(
            f"{c.label(day)} {c.show(day)}，早于{c.show('effective')}，仍按原适用税率{c.fmt(original, '%')}",
            "effective",
        )
        return original
    _later_years(c, day, "effective", "税率")
    for old, new in (("old_high", "new_high"), ("old_low", "new_low")):
        if original == c.param(old):
            c.step(
                f"{c.label(day)} {c.show(day)}，自{c.show('effective')}起{c.show(old)}调整为{c.show(new)}",
                new,
                "effective",
            )
            return c.param(new)
    c.step(
        f"{c.show('effective')}起只调整{c.show('old_high')}和{c.show('old_low')}两档，原税率{c.fmt(original, '%')}不变",
        "old_high",
    )
    return original


@rule("national-vat-invoice-rate-for-pre-adjustment-sales")
def invoice_rate(c: Case) -> None:
    """The rate of the day of the sale, not of the day on which the invoice is made out."""
    rate = _rate_after_may_2018(c, "sale_date")
    if c.day("sale_date") < c.day_param("effective"):
        c.step(
            "补开、红冲按原适用税率，开票软件中须手工选择；开票有误的，先按原适用税率红冲再重开",
            "late",
            "red",
            "software",
        )
    c.out(rate_pct=rate)


@rule("national-vat-rate-adjustment-2018")
def rate_adjustment(c: Case) -> None:
    """Output tax at the rate of the day on which the tax falls due."""
    rate = _rate_after_may_2018(c, "tax_point_date")
    tax = c.num("sales_wan") * rate / HUNDRED
    c.step(f"销项税额：{c.show('sales_wan')} × {c.fmt(rate, '%')} = {c.fmt(tax, '万元')}", "effective")
    c.out(rate_pct=rate, tax_wan=tax)


@rule("national-vat-reregister-general-after-conversion")
def reregister(c: Case) -> None:
    """More than 500 万元 within twelve months or four quarters after the change."""
    c.step(
        f"从转登记日的下期起，看连续不超过{c.show('months')}或{c.show('quarters')}的应税销售额", "months", "quarters"
    )
    over = c.more_than("rolling_sales_wan", "threshold")
    if over:
        c.step("应当向主管税务机关办理一般纳税人登记，再次登记后不得再转登记为小规模纳税人", "duty", "no_return")
    else:
        c.step("未超过小规模纳税人标准，不必重新登记为一般纳税人", "duty")
    c.out(must_register=over)


@rule("national-vat-small-loan-interest-exemption")
def small_loan_interest(c: Case) -> None:
    """Method one frees the whole loan up to 150 % of the benchmark; method two the part up to that rate of any loan."""
    loan, interest = c.num("loan_rate_pct"), c.num("interest_income_wan")
    by_part = c.choice("exemption_method") == "method_2"
    cap = "rate_cap_part" if by_part else "rate_cap"
    line = c.num("benchmark_rate_pct") * c.param(cap) / HUNDRED
    conditions = [
        c.require("is_qualified_institution", "institution"),
        c.require("is_separately_accounted", "separate"),
        c.is_one_of("borrower_type", SMALL_BORROWERS, "borrowers"),
        c.at_most("credit_wan", "credit_cap"),
        c.on_or_after("period_date", "start"),
        c.on_or_before("period_date", "end"),
    ]
    c.step(f"基准利率的{c.show(cap)}：{c.show('benchmark_rate_pct')} × {c.show(cap)} = {c.fmt(line, '%')}", cap)
    if by_part:
        c.step(
            f"{c.label('exemption_method')}：利率高于{c.fmt(line, '%')}的，只免{c.fmt(line, '%')}以内的部分",
            cap,
            "choice",
        )
    else:
        met = loan <= line
        conditions.append(
            c.test(f"{c.label('exemption_method')}：贷款利率{c.fmt(loan, '%')}，须不高于{c.fmt(line, '%')}", met, cap)
        )
    if c.num("credit_wan") <= c.param("small_credit"):
        c.warn(
            f"单户授信{c.show('small_credit')}（含）以下的贷款，可继续按财税〔2017〕77号免征增值税，该通知的条件不在资料中。"
        )
    if not c.eligible(*conditions):
        return c.nothing()
    exempt = interest * min(loan, line) / loan
    if loan > line:
        c.step(
            f"免税利息收入：{c.fmt(interest, '万元')} × {c.fmt(line, '%')} ÷ {c.fmt(loan, '%')} = {c.fmt(exempt, '万元')}",
            cap,
        )
    else:
        c.step(f"利率未超过{c.fmt(line, '%')}，利息收入{c.fmt(interest, '万元')}全部免征", cap)
    c.out(exempt_wan=exempt)


@rule("national-vat-small-scale-threshold-2018")
def small_scale_threshold(c: Case) -> None:
    """Up to and including 500 万元 a year."""
    c.eligible(c.at_most("annual_taxable_sales_wan", "threshold"))


@rule("national-vat-small-taxpayer-exemption-2018")
def small_taxpayer_exemption(c: Case) -> None:
    """Goods and services are measured and freed apart: 3 万元 a month or 9 万元 a quarter each."""
    limit = c.choice("filing_period")
    met = [
        c.require("is_small_scale", limit),
        c.on_or_after("period_date", "start"),
        c.on_or_before("period_date", "end"),
    ]
    _later_years(c, "period_date", "start", "免税限额")
    goods, services = c.num("goods_sales_wan"), c.num("service_sales_wan")
    c.step(f"两类销售额分别核算，{c.label('filing_period')}的限额各为{c.show(limit)}", "apart", limit)
    goods_free = c.at_most("goods_sales_wan", limit) and all(met)
    services_free = c.at_most("service_sales_wan", limit) and all(met)
    exempt = (goods if goods_free else 0) + (services if services_free else 0)
    c.step(f"免征增值税的销售额合计{c.fmt(Decimal(exempt), '万元')}", "start")
    c.out(is_goods_exempt=goods_free, is_service_exempt=services_free, exempt_sales_wan=exempt)
