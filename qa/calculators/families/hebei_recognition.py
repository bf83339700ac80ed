"""河北省中小工业企业转型升级“六个一批”认定标准（暂行）：申报条件和两张评分表."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import Case, rule

VETOES = [
    "has_false_information",
    "has_accident_within_5y",
    "has_environmental_violation",
    "has_tax_evasion",
    "has_labour_violation",
    "has_other_violation",
]


# --- 申报条件 ---------------------------------------------------------------------------------------------------


@rule("hebei-2017-tech-upgrade-eligibility")
def tech_upgrade(c: Case) -> None:
    """Investment by kind of project, papers by stage of project."""
    sort, stage = c.choice("project_type"), c.choice("project_stage")
    needed = {
        "continuing": ["has_filing", "has_eia_and_land"],
        "new_start": ["has_filing", "is_preparing_construction"],
        "preliminary": ["is_in_feasibility"],
    }[stage]
    c.out(threshold_wan=c.param(sort))
    c.step(f"{c.label('project_type')}，{c.label('project_stage')}", sort, stage)
    c.eligible(
        c.require("is_qualified_entity", "entity"),
        c.require("meets_industry_policy", "policy"),
        c.at_least("investment_wan", sort),
        *[c.require(name, stage) for name in needed],
    )


@rule("hebei-cluster-recognition")
def cluster(c: Case) -> None:
    """Each of four kinds of enterprises has conditions of its own."""
    sort = c.choice("enterprise_type")
    needed = {
        "province_newcomer": ["is_registered_locally", "has_infrastructure_ready"],
        "newly_established": ["is_formally_established", "has_infrastructure_ready"],
        "transformed_traditional": ["is_legal_person", "has_transformed"],
        "local_newcomer": ["meets_industry_policy", "has_business_qualification", "has_development_potential"],
    }[sort]
    met = [c.require(name, sort) for name in needed]
    if sort == "local_newcomer":
        if c.flag("uses_idle_plant"):
            met.append(c.require("has_lease", sort))
        else:
            c.step("不利用闲置厂房，不要求租赁合同", sort)
    c.eligible(*met)


def _common(c: Case) -> bool:
    """The conditions that 专精特新 and 国际化 share; sets `meets_common`."""
    return c.eligible(
        c.at_least("registered_years", "reg_years_min"),
        c.require("is_legal_person", "legal_person"),
        c.require("is_industrial_sme", "legal_person"),
        c.at_least("revenue_wan", "revenue_min"),
        c.at_least("revenue_growth_pct", "growth_min"),
        c.require("has_sound_management", "management"),
        output="meets_common",
    )


@rule("hebei-intl-eligibility")
def intl_eligibility(c: Case) -> None:
    """Common conditions, some international activity, none of the restrictions."""
    c.eligible(
        _common(c),
        c.require("has_international_activity", "activity"),
        c.require("has_restriction", "restriction", wanted=False),
    )


@rule("hebei-mgmt-upgrade-recognition")
def mgmt_upgrade(c: Case) -> None:
    """The first three aims and any one of the other six."""
    first = ["has_basic_management", "has_growth_roadmap", "has_innovative_team"]
    rest = [
        "has_corporate_reform",
        "is_listed",
        "has_iso_standard",
        "has_provincial_management_award",
        "has_erp_and_iot",
        "has_lean_management",
    ]
    required = Decimal(sum(c.require(name, name) for name in first))
    optional = Decimal(sum(c.require(name, name) for name in rest))
    c.out(required_met_count=required, optional_met_count=optional)
    c.eligible(c.at_least(required, "required", "前三项中达到"), c.at_least(optional, "any_of", "（四）至（九）中达到"))


@rule("hebei-zjtx-eligibility")
def zjtx_eligibility(c: Case) -> None:
    """Common conditions, none of the restrictions, and at least one of the four special directions."""
    common = _common(c)
    special = [
        c.eligible(
            c.require("has_specialization_capability", "specialization"),
            c.at_least("main_product_share_pct", "main_share_min"),
            output="meets_specialization",
        ),
        c.eligible(
            c.require("has_quality_certification", "certification"),
            c.at_least("provincial_brand_count", "brand_min"),
            output="meets_refinement",
        ),
        c.eligible(
            c.at_least("applied_ip_count", "ip_min"),
            c.more_than("rd_ratio_pct", "rd_over"),
            output="meets_characteristic",
        ),
        c.eligible(c.require("has_innovation", "novelty"), output="meets_novelty"),
    ]
    count = sum(special)
    if 0 < count < len(special):
        c.warn(
            f"四个专项只符合{count}项：四项须全部符合还是符合其一，原文没有写，按至少符合一项判断，请向工信主管部门核实。"
        )
    c.out(special_met_count=count)
    c.eligible(
        common,
        c.require("has_restriction", "restriction", wanted=False),
        c.test(f"四个专项中符合{count}项，按至少一项判断", count > 0, "specialization"),
    )


# --- 评分表 -----------------------------------------------------------------------------------------------------


class Tally:
    """One section of a score table: adds points, writes a step for each item, and the section's sum at the end."""

    def __init__(self, c: Case, title: str) -> None:
        self.c = c
        self.title = title
        self.points: list[Decimal] = []

    def name(self, name: str) -> str:
        """An input's label and value; without the item numbers where two items share the input."""
        label = self.c.label(name)
        return f"{label.split('及加分 ')[-1]} {self.c.show(name)}"

    def award(self, text: str, score: str | None, *cites: str) -> None:
        """The points of a score parameter, or none where `score` is None (`cites` then says what was missed)."""
        if score is None:
            self.c.step(f"{text}：得0分", *cites)
            return
        self.points.append(self.c.param(score))
        self.c.step(f"{text}：得{self.c.show(score)}", score, *cites)

    def flags(self, *items: tuple[str, str]) -> None:
        """Yes/no items: (input, score parameter)."""
        for name, score in items:
            if self.c.flag(name):
                self.award(f"{self.c.label(name)}——是", score)
            else:
                self.award(f"{self.c.label(name)}——否", None, score)

    def reach(self, name: str, *bands: tuple[str, str]) -> None:
        """Points of the highest threshold reached (includes the figure): (threshold, score), highest first."""
        score = self.c.band(self.c.num(name), bands)
        self.award(self.name(name), score, *([] if score else [bands[-1][1]]))

    def exceed(self, name: str, limit: str, score: str) -> None:
        """Points where a figure is exceeded (does not include it)."""
        met = self.c.num(name) > self.c.param(limit)
        text = f"{self.name(name)}，须超过{self.c.show(limit)}"
        self.award(text, score if met else None, limit)

    def total(self, full: str = "") -> Decimal:
        """The sum, shown with the section's full marks."""
        total = sum(self.points, Decimal(0))
        shown = " ＋ ".join(self.c.fmt(p) for p in self.points if p)
        marks = f"（满分{self.c.show(full)}）" if full else ""
        sums = f"{shown} = " if " ＋ " in shown else ""
        self.c.step(f"{self.title}：{sums}{self.c.fmt(total, '分')}{marks}", *([full] if full else []))
        return total


def _no_veto(c: Case) -> None:
    """Any veto item bars recognition; the points are worked out all the same, for information."""
    if not c.eligible(*[c.require(name, "veto", wanted=False) for name in VETOES]):
        c.warn("有一票否决情形，不得认定；分数仅供参考。")


def _base(c: Case) -> Decimal:
    """一、基础条件, the same ten items in both tables; sets `base_score`."""
    t = Tally(c, "基础条件得分")
    t.reach("operating_years", ("years_min", "years_score"))
    t.flags(
        ("meets_industry_policy", "policy_score"),
        ("has_registered_trademark", "trademark_score"),
        ("has_good_market_prospect", "market_score"),
    )
    t.reach("asset_return_pct", ("return_high", "return_high_score"), ("return_mid", "return_mid_score"))
    rate = c.num("asset_return_pct")
    for end, start in (("return_none_end", "return_mid"), ("return_mid_end", "return_high")):
        if c.param(end) < rate < c.param(start):
            c.warn(f"资产收益率在{c.show(end)}与{c.show(start)}之间，评分表没有写，按较低一档计分。")
    _debt(t)
    t.flags(("has_standard_management", "management_score"))
    t.award(c.label("credit_rating"), f"rating_{c.choice('credit_rating')}")
    t.flags(("has_sound_finance", "finance_score"))
    t.reach("revenue_wan", ("revenue_min", "revenue_score"))
    t.reach("revenue_growth_pct", ("growth_high", "growth_high_score"), ("growth_mid", "growth_mid_score"))
    t.flags(("has_complete_materials", "materials_score"))
    total = t.total("base_max")
    c.out(base_score=total)
    return total


def _debt(t: Tally) -> None:
    """Below 30 % also is below 50 %: both small items count, which makes the item's full marks."""
    c = t.c
    text = f"{c.label('debt_ratio_pct')} {c.show('debt_ratio_pct')}"
    for limit, score in (("debt_low", "debt_low_score"), ("debt_mid", "debt_mid_score")):
        met = c.num("debt_ratio_pct") < c.param(limit)
        t.award(f"{text}，须低于{c.show(limit)}", score if met else None, limit)
    if c.num("debt_ratio_pct") < c.param("debt_low"):
        c.warn(f"资产负债率低于{c.show('debt_low')}的按两小项累加；如只能择一，总分少{c.show('debt_mid_score')}。")


@rule("hebei-intl-score")
def intl_score(c: Case) -> None:
    """Ten base items and eight of internationalisation, each met or not."""
    _no_veto(c)
    base = _base(c)
    t = Tally(c, "国际化得分")
    t.flags(
        ("has_overseas_base", "base_abroad_score"),
        ("has_overseas_marketing", "marketing_score"),
        ("has_overseas_investment", "investment_score"),
        ("uses_foreign_capital", "capital_score"),
        ("has_technology_cooperation", "technology_score"),
        ("has_capacity_cooperation", "capacity_score"),
        ("has_new_driver_cooperation", "new_driver_score"),
        ("has_market_development", "development_score"),
    )
    international = t.total("intl_max")
    if c.flag("has_overseas_marketing"):
        c.warn("“对外贸易收入达到企业总收入一定比重以上”没有写比重，境外营销是否得分请向工信主管部门核实。")
    c.out(internationalization_score=international, score=base + international)
    c.step(
        f"总分：{c.fmt(base)} ＋ {c.fmt(international)} = {c.fmt(base + international, '分')}，原文没有写及格线",
        "intl_max",
    )


def _specialization(c: Case) -> Decimal:
    t = Tally(c, "专业化得分")
    t.flags(("participates_in_standards", "item11"))
    t.reach("market_share_pct", ("market_share_min", "market_share_score"))
    t.flags(("has_leading_brand", "leading_brand_score"))
    t.reach("main_product_share_pct", ("main_share_min", "main_share_score"))
    t.flags(
        ("has_management_standard", "management_standard_score"),
        ("has_work_standard", "work_standard_score"),
        ("has_product_standard", "product_standard_score"),
        ("is_chain_key_supplier", "item14"),
        ("has_advanced_technology", "item15"),
    )
    return t.total("specialization_max")


def _refinement(c: Case) -> Decimal:
    t = Tally(c, "精细化得分")
    t.flags(
        ("has_fine_management", "item16"),
        ("has_provincial_brand", "brand_score"),
        ("has_brand_strategy", "brand_plan_score"),
        ("has_quality_certification", "item18"),
        ("has_valid_ip", "ip_score"),
    )
    level = c.choice("tech_center_level")
    t.award(c.label("tech_center_level"), None if level == "none" else f"center_{level}", "center_municipal")
    t.flags(("has_leading_level", "item20"))
    return t.total("refinement_max")


def _characteristic(c: Case) -> Decimal:
    t = Tally(c, "特色化得分")
    t.flags(("uses_unique_process", "item21"), ("has_regional_influence", "item22"), ("has_applied_ip", "item23"))
    t.reach("rd_ratio_pct", ("rd_min", "item24"))
    t.flags(("has_special_culture", "item25"))
    return t.total("characteristic_max")


def _novelty(c: Case) -> Decimal:
    t = Tally(c, "新颖化得分")
    t.flags(
        ("has_core_technology", "item26"),
        ("has_provincial_innovation", "item27"),
        ("has_applied_ip", "item28"),
        ("has_leading_rd_ability", "item29"),
        ("has_recognized_rd_institution", "item30"),
    )
    return t.total("novelty_max")


def _bonus(c: Case) -> Decimal:
    """Extra points of all four directions, at most 20 in all."""
    t = Tally(c, "加分项合计")
    t.reach(
        "main_product_share_pct",
        ("bonus_main_high", "bonus_main_high_score"),
        ("bonus_main_mid", "bonus_main_mid_score"),
    )
    t.flags(
        ("is_cluster_leader", "bonus_cluster"),
        ("is_niche_top_rank", "bonus_rank"),
        ("has_china_famous_trademark", "bonus_trademark"),
        ("is_industry_leading_brand", "bonus_leader"),
        ("is_national_standard_author", "bonus_national_standard"),
        ("is_industry_standard_author", "bonus_industry_standard"),
        ("is_landmark_product", "bonus_landmark"),
        ("is_regional_demo_product", "bonus_regional"),
        ("has_national_brand_award", "bonus_national_brand"),
        ("has_provincial_brand_award", "bonus_provincial_brand"),
        ("has_national_innovation_commendation", "bonus_commendation"),
    )
    t.exceed("rd_ratio_pct", "bonus_rd_over", "bonus_rd")
    t.exceed("patent_count", "bonus_patents_over", "bonus_patents")
    return c.cap(t.total(), "bonus_cap", label="加分项上限")


@rule("hebei-zjtx-score")
def zjtx_score(c: Case) -> None:
    """Thirty items in five sections of 50 points, and up to 20 extra."""
    _no_veto(c)
    scores = {
        "base_score": _base(c),
        "specialization_score": _specialization(c),
        "refinement_score": _refinement(c),
        "characteristic_score": _characteristic(c),
        "novelty_score": _novelty(c),
        "bonus_score": _bonus(c),
    }
    total = sum(scores.values(), Decimal(0))
    c.out(**scores, score=total)
    c.step(
        f"总分：{' ＋ '.join(c.fmt(s) for s in scores.values())} = {c.fmt(total, '分')}，原文没有写及格线", "bonus_cap"
    )
