"""天津市蓟州区 2018年新一轮中小企业创新转型行动计划，三、政策扶持."""

from __future__ import annotations

from qa.calculators.case import Case, rule

# 荣誉 → the parameter that pays it; the text lists three classes
HONOURS = {
    "china_quality_award": "tier1",
    "geographical_indication_product": "tier1",
    "china_time_honored_brand": "tier1",
    "luban_prize": "tier1",
    "zhan_tianyou_award": "tier1",
    "china_famous_trademark": "tier2",
    "geographical_indication_trademark": "tier2",
    "tianjin_quality_award": "tier2",
    "tianjin_famous_product": "tier3",
    "jinmen_time_honored_brand": "tier3",
    "haihe_cup": "tier3",
}


@rule("jizhou-brand-award")
def brand_award(c: Case) -> None:
    """20, 10 or 5 万元 by class of honour, for whoever pays enterprise income tax in the district."""
    if not c.eligible(
        c.require("pays_cit_in_jizhou", "recipients"),
        c.is_one_of("honor", list(HONOURS), *dict.fromkeys(HONOURS.values())),
    ):
        return c.nothing()
    tier = HONOURS[c.choice("honor")]
    c.step(f"{c.label('honor')}一次性奖励 {c.show(tier)}", tier)
    c.out(amount_wan=c.param(tier))


@rule("jizhou-clean-production-award")
def clean_production(c: Case) -> None:
    """5 万元 for each enterprise that passed the audit."""
    if not c.eligible(c.require("has_passed_audit", "award")):
        return c.nothing()
    c.out(amount_wan=c.product("清洁生产审核奖励", "award", "enterprise_count"))


@rule("jizhou-energy-saving-subsidy")
def energy_saving(c: Case) -> None:
    """240 or 300 元 per 吨标准煤 on the whole saving once the threshold is reached; 300 万元 an enterprise in all."""
    sort = c.choice("enterprise_type")
    c.step(f"按{c.label('enterprise_type')}的标准计算", sort)
    if not c.eligible(c.at_least("saving_tce", f"{sort}_threshold")):
        c.warn("节能量未达门槛：符合区节能专项资金申报条件的另有“适当补贴”，原文未给数额，可向主管部门咨询。")
        return c.nothing()
    amount = c.product("按全部节能量计算", "saving_tce", f"{sort}_rate")
    left = c.param("enterprise_cap") - c.num("received_wan")
    if c.num("received_wan"):
        c.step(
            f"同一企业最高{c.show('enterprise_cap')}，此前已获{c.show('received_wan')}，还可获{c.fmt(left, '万元')}",
            "enterprise_cap",
        )
    c.out(amount_wan=c.cap(amount, left, "enterprise_cap", label="同一企业补贴上限"))


@rule("jizhou-hightech-first-award")
def hightech_first(c: Case) -> None:
    """30—50 万元 by size, half from the district on application, half from the city once recognised."""
    if not c.eligible(c.require("is_first_recognition", "range")):
        return c.nothing()
    low, high = c.params("range")
    if (standard := c.optional("standard_wan")) is not None:
        low = high = standard
        c.step(f"按填报的奖励标准{c.fmt(standard, '万元')}计算", "range")
    else:
        c.step(f"奖励标准{c.fmt(low)}—{c.fmt(high, '万元')}，按规模，原文未列分档，只能给出区间", "range")
    district = c.share_range((low, high), "district_share", "区财政（申请即补）")
    if c.choice("stage") == "recognized":
        city = c.share_range((low, high), "city_share", "市财政（认定后奖励）")
    else:
        city = (0 * low, 0 * high)
        c.step("尚未认定：市财政部分认定后才给，本阶段为0万元", "city_share")
    c.out(district_amount_min_wan=district[0], district_amount_max_wan=district[1])
    c.out(city_amount_min_wan=city[0], city_amount_max_wan=city[1])
    c.out(amount_min_wan=district[0] + city[0], amount_max_wan=district[1] + city[1])
    c.step(f"本阶段合计：{c.fmt_range((district[0] + city[0], district[1] + city[1]), '万元')}")


def _city_and_district(c: Case, what: str) -> None:
    """市财政 and 区财政 each pay their own sum."""
    city, district = c.param("city"), c.param("district")
    c.step(
        f"{what}：市财政{c.show('city')} ＋ 区财政{c.show('district')} = {c.fmt(city + district, '万元')}",
        "district",
        "city",
    )
    c.warn("市财政部分由市里另行发放，须符合市里的规定；区财政补助以市财政补助为前提。")
    c.out(city_amount_wan=city, district_amount_wan=district, amount_wan=city + district)


@rule("jizhou-ipo-subsidy")
def ipo(c: Case) -> None:
    """500 万元 from the district on top of the city's 500 万元."""
    listed = ["domestic_ipo", "overseas_ipo", "restructure_tianjin_listed", "restructure_and_relocate"]
    if not c.eligible(
        c.require("is_registered_and_taxed_in_jizhou", "recipients"), c.is_one_of("listing_event", listed, "events")
    ):
        return c.nothing()
    if c.choice("listing_event") == "restructure_tianjin_listed":
        c.warn(
            "“迁入我区”是否也约束重组天津市上市公司的情形，原文不明，按只约束重组外地上市公司计算，请向区金融办核实。"
        )
    _city_and_district(c, "上市补助")


@rule("jizhou-joint-stock-reform-subsidy")
def joint_stock_reform(c: Case) -> None:
    """20 万元 from the district on top of the city's 20 万元, for reforms finished after 17 May 2016."""
    if c.day("reform_date") == c.day_param("start"):
        c.warn("“2016年5月17日以后”是否含当日，原文不明，按不含当日计算，当日完成的请向区金融办核实。")
    if not c.eligible(
        c.require("is_registered_and_taxed_in_jizhou", "recipients"),
        c.require("is_sme", "start"),
        c.after("reform_date", "start"),
    ):
        return c.nothing()
    _city_and_district(c, "股份制改造一次性补助")


@rule("jizhou-major-innovation-subsidy")
def major_innovation(c: Case) -> None:
    """100—300 万元, city and district half each."""
    if not c.eligible(c.is_one_of("project_type", ["major_innovation", "trump_card_product"], "projects")):
        return c.nothing()
    low, high = c.param("min"), c.param("max")
    if (approved := c.optional("approved_amount_wan")) is not None:
        low = high = approved
        c.step(f"按核定资助总额{c.fmt(approved, '万元')}计算", "min")
    else:
        c.step(f"资助{c.fmt_range((low, high), '万元')}，原文未列分档，只能给出区间", "min")
    district = c.share_range((low, high), "share", "区财政负担")
    city = c.share_range((low, high), "share", "市财政负担")
    c.out(amount_min_wan=low, amount_max_wan=high)
    c.out(district_amount_min_wan=district[0], district_amount_max_wan=district[1])
    c.out(city_amount_min_wan=city[0], city_amount_max_wan=city[1])


@rule("jizhou-neeq-subsidy")
def neeq(c: Case) -> None:
    """150 万元 from the district on top of the city's 100 万元."""
    if not c.eligible(
        c.require("is_registered_and_taxed_in_jizhou", "recipients"), c.require("is_listed_on_neeq", "listed")
    ):
        return c.nothing()
    _city_and_district(c, "新三板挂牌一次性补助")


@rule("jizhou-tech-upgrade-subsidy")
def tech_upgrade(c: Case) -> None:
    """Up to 50 万元 a project; whether funds of city and state can be sought is a separate threshold."""
    c.out(
        can_seek_upper_funds=c.at_least(
            "fixed_investment_wan", "national_city_threshold", "争取国家、市补助：固定资产投资总额"
        )
    )
    if not c.eligible(c.require("meets_district_conditions", "cap")):
        return c.nothing()
    computed = c.optional("computed_amount_wan")
    if computed is None:
        c.step(f"贴息率、设备补贴比例不在本文件中，未填算出额，只能答最高不超过{c.show('cap')}", "cap")
        return c.out(amount_max_wan=c.param("cap"))
    c.out(amount_max_wan=c.cap(computed, "cap", label="每个项目上限"))
