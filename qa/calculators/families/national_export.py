"""2018年三次调整出口退税率：5月1日、9月15日、11月1日."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import Case, rule

LATER = "资料中没有2019年以后的税收文件，所填出口日期晚于2018年，请先核实出口退税率有无新规定。"
# products named in 财税〔2018〕123号 → the parameter with their rate
NAMED_123 = {
    "photo_paper_film": "r16",
    "plastic_products": "r16",
    "bamboo_flooring": "r16",
    "straw_rattan_weaving": "r16",
    "tempered_safety_glass": "r16",
    "lamps": "r16",
    "lubricant": "r13",
    "aircraft_tire": "r13",
    "carbon_fiber": "r13",
    "listed_metal_products": "r13",
    "listed_agricultural_products": "r10",
    "brick": "r10",
    "tile": "r10",
    "glass_fiber": "r10",
}
# products named in 财税〔2018〕93号
NAMED_93 = {
    "multi_component_ic": "r16",
    "emi_filter": "r16",
    "book": "r16",
    "newspaper": "r16",
    "bamboo_carving": "r13",
    "wooden_fan": "r13",
    "basalt_fiber": "r9",
    "safety_pin": "r9",
}
REST_123 = (("old_high", "new_high"), ("old_middle", "new_middle"), ("old_low", "new_low"))


@rule("national-export-refund-123-2018")
def refund_123(c: Case) -> None:
    """The named products first, then the three steps for all others; soybean meal is no longer refunded."""
    original = c.num("original_refund_rate_pct")
    rate = _rate_123(c, original)
    if c.day("export_date").year > c.day_param("effective").year:
        c.warn(LATER)
    outcome = "有变化" if rate != original else "没有变化"
    c.step(f"原出口退税率{c.fmt(original, '%')}，适用{c.fmt(rate, '%')}，{outcome}", "by_declaration")
    c.out(is_adjusted=rate != original, rate_pct=rate)


def _rate_123(c: Case, original: Decimal) -> Decimal:
    product = c.choice("product")
    if not c.on_or_after("export_date", "effective"):
        c.step("出口日期在执行以前，按原出口退税率", "effective")
        return original
    if product in NAMED_123:
        named = NAMED_123[product]
        c.step(f"{c.label('product')}在第一条列名，出口退税率{c.show(named)}", named)
        if original > c.param(named):
            c.warn(f"所填原出口退税率高于{c.show(named)}，第一条是“提高”，请核对原退税率和产品清单。")
        return c.param(named)
    if product == "soybean_meal":
        c.step("取消豆粕出口退税，退税率为0%", "soybean_meal", "soybean_codes")
        return Decimal(0)
    c.warn("第一条写“等产品”，清单见附件，资料中没有：请先核对该产品是否在清单内，在清单内的按清单。")
    c.warn("高耗能、高污染、资源性产品和面临去产能任务等产品，省税务局解读称退税率维持不变，请核对是否属于这类产品。")
    for old, new in REST_123:
        if original == c.param(old):
            c.step(f"其余出口产品，原出口退税率{c.show(old)}的提高至{c.show(new)}", new, "rest", "unchanged")
            return c.param(new)
    c.step(
        f"其余出口产品只调整原{'、'.join(c.show(old) for old, _ in REST_123)}三档，原{c.fmt(original, '%')}不变",
        "rest",
        "unchanged",
    )
    return original


@rule("national-export-refund-93-2018")
def refund_93(c: Case) -> None:
    """What the notice itself names; the list in its annex is not at hand."""
    product = c.choice("product")
    in_force = c.on_or_after("export_date", "effective")
    if not c.eligible(c.is_one_of("product", list(NAMED_93), NAMED_93.get(product, "list")), in_force):
        c.warn("结果为0表示本通知正文不能定出退税率，不表示不退税。")
        return c.nothing()
    named = NAMED_93[product]
    c.step(f"{c.label('product')}的出口退税率提高至{c.show(named)}", named)
    if c.day("export_date") >= c.day_param("raised_again") and named == "r9":
        c.warn(
            f"{c.show('raised_again')}起，财税〔2018〕123号提高了其余产品原{c.show(named)}的退税率，"
            "出口日期在其后的，请再按该通知计算。"
        )
    c.out(rate_pct=c.param(named))


@rule("national-export-refund-rate-transition-2018")
def transition(c: Case) -> None:
    """17/17 → 16 and 11/11 → 10 from May 2018; until 31 July the old rate for manufacturers and for old purchases."""
    original = c.num("original_refund_rate_pct")
    levels = [(c.param(old), old, new) for old, new in (("old_high", "new_high"), ("old_low", "new_low"))]
    new = next((n for rate, _, n in levels if rate == original == c.num("original_tax_rate_pct")), None)
    text = f"原适用税率{c.show('original_tax_rate_pct')}、原出口退税率{c.show('original_refund_rate_pct')}，须同为{c.show('old_high')}或同为{c.show('old_low')}"
    if not c.eligible(c.test(text, new is not None, "old_high", "old_low")) or new is None:
        c.step(f"不在第四条范围，出口退税率{c.fmt(original, '%')}不变", "old_high")
        return c.out(rate_pct=original)
    c.out(rate_pct=original)
    if c.day("export_date") < c.day_param("effective"):
        c.step(
            f"{c.show('export_date')}出口，早于{c.show('effective')}，执行调整前的{c.fmt(original, '%')}", "effective"
        )
        return
    if c.day("export_date") <= c.day_param("transition_end"):
        if c.day("export_date") == c.day_param("transition_end"):
            c.warn("“7月31日前”是否含当日，通知没有写明，按含当日计算，请向税务机关核实。")
        if c.choice("exporter_type") == "manufacturer":
            c.step(f"生产企业在{c.show('transition_end')}前出口，执行调整前的{c.fmt(original, '%')}", "transition_end")
            return
        if not c.flag("is_purchased_at_new_rate"):
            c.step(f"外贸企业购进时按调整前税率征税，执行调整前的{c.fmt(original, '%')}", "trading", "transition_end")
            return
        c.step("外贸企业购进时已按调整后税率征税，执行调整后的出口退税率", "trading")
    if c.day("export_date").year > c.day_param("effective").year:
        c.warn(LATER)
    c.step(f"{c.show('export_date')}出口，出口退税率调整至{c.show(new)}", new, "by_declaration")
    c.out(rate_pct=c.param(new))
