"""河北省《促进特色产品高质量发展资金使用方案》（冀制强省办〔2018〕2号附件7）: 箱包、灰铸铁炊具、羊绒、自行车、家具、毛皮皮革."""

from __future__ import annotations

from qa.calculators.case import Case, rule

from .hebei_restated import share_at_most

COMPARED = ["luggage", "cast_iron_cookware", "bicycle", "furniture"]  # 实物对标的4个行业
FOCUS = ["cast_iron_cookware", "bicycle", "furniture"]  # 提升质量标准的3个重点产品


def _award(c: Case, paid: str, text: str, *met: bool) -> None:
    """A fixed sum once all conditions are met."""
    if not c.eligible(*met):
        return c.nothing()
    c.step(f"{text} {c.show(paid)}", paid)
    c.out(amount_wan=c.param(paid))


def _recognised(c: Case, choice: str, *levels: str) -> None:
    """A fixed sum by what was recognised, for makers of featured products; parameters bear the names of the choices."""
    met = (c.is_one_of(choice, levels, *levels), c.require("is_featured_product_enterprise", "scope"))
    _award(c, c.choice(choice) if met[0] else levels[0], f"{c.label(choice)}，奖励", *met)


def _at_most_the_cost(c: Case, cost: str, limit: str, why: str, *met: bool) -> None:
    """Only an upper limit is given; no more than what was spent is paid."""
    if not c.eligible(*met):
        return c.nothing()
    most = c.cap(c.num(cost), limit, label="补助上限")
    c.step(f"{c.label(cost)}{c.show(cost)}：{why}，最高{c.fmt(most, '万元')}", limit)
    c.out(amount_max_wan=most)


@rule("hebei-featured-benchmark-comparison-award")
def benchmark_comparison(c: Case) -> None:
    """20 万元 for the one result a year selected in each of four industries."""
    _award(
        c,
        "award",
        f"{c.show('industry')}行业当年遴选的成果（每个行业每年{c.show('per_industry_per_year')}），奖励",
        c.is_one_of("industry", COMPARED, "industries"),
        c.require("is_selected", "per_industry_per_year"),
    )


@rule("hebei-featured-brand-store-subsidy")
def brand_store(c: Case) -> None:
    """Rent and fitting-out up to 50 万元, for the three best of those with more than five stores run two years."""
    _at_most_the_cost(
        c,
        "rent_and_fitout_wan",
        "cap",
        "按实际费用补贴，比例未写",
        c.require("is_brand_apparel_enterprise", "recipients"),
        c.more_than("store_count", "store_threshold"),
        c.at_least("operating_years", "min_years"),
        c.at_most("assessment_rank", "top_n"),
    )
    if not c.flag("is_brand_apparel_enterprise"):
        c.step(
            "附件6（毛皮皮革）对“企业”有同样的店数、年限和名次条件，没有限品牌服装企业，但未写金额", "fur_leather_plan"
        )
        c.warn("非品牌服装企业（如箱包、羊绒、毛皮皮革企业）是否适用，附件6与附件7写法不同，请向主管部门核实。")


@rule("hebei-featured-customization-demo-award")
def customization_demo(c: Case) -> None:
    """100 万元 for a recognised demonstration of made-to-order production."""
    _award(
        c,
        "award",
        "个性化定制试点示范企业，奖励",
        c.require("is_certified", "award"),
        c.require("is_featured_product_enterprise", "industries"),
    )


@rule("hebei-featured-design-agency-subsidy")
def design_agency(c: Case) -> None:
    """200 万元 for a branch of a known design agency, 100 for a master's studio, once, after a year of work."""
    sorts = {"design_agency_branch": "branch_subsidy", "design_master_studio": "studio_subsidy"}
    _award(
        c,
        sorts.get(c.choice("entity_type"), "branch_subsidy"),
        f"{c.show('entity_type')}，一次性运营补贴",
        c.is_one_of("entity_type", list(sorts), *sorts.values()),
        c.require("is_registered_in_hebei", "min_operating_years"),
        c.at_least("operating_years", "min_operating_years"),
        c.require("is_third_party_certified", "min_operating_years"),
        c.require("has_received_before", "branch_subsidy", wanted=False),
    )
    if c.choice("entity_type") == "design_agency_branch":
        c.step(f"另由各市提供免费办公用房，不少于{c.show('free_office_years_min')}", "free_office_years_min")


@rule("hebei-featured-design-innovation-center-subsidy")
def design_innovation_center(c: Case) -> None:
    """100 万元 for a design centre in a cluster of featured products after a year of work."""
    _award(
        c,
        "amount",
        "工业设计创新中心，补贴",
        c.require("is_in_featured_cluster", "recipients"),
        c.at_least("operating_years", "min_years"),
        c.require("is_third_party_certified", "amount"),
    )


@rule("hebei-featured-design-service-award")
def design_service(c: Case) -> None:
    """Half of what a design contract cost, once: at most 20 万元, or 50 after three years with the same agency."""
    if not c.eligible(
        c.require("is_featured_product_manufacturer", "recipients"),
        c.require("has_received_before", "once", wanted=False),
    ):
        return c.nothing()
    is_long = c.at_least("cooperation_years", "long_cooperation_years", "上限提高：稳定合作")
    amount = c.product("奖补", "contract_actual_wan", "share")
    amount = c.cap(amount, "cap_long_cooperation" if is_long else "cap")
    if is_long:
        c.warn(
            "“奖补标准可提高到50万元”按比例不变、上限提高计算；也可读作直接定额，且“可”不表示必然提高，请向主管部门核实。"
        )
    c.out(amount_wan=amount)


@rule("hebei-featured-design-talent-subsidy")
def design_talent(c: Case) -> None:
    """Up to 50 万元 to the enterprise for full-time, 20 for part-time designers taken on."""
    limit = {"full_time": "cap_fulltime", "part_time": "cap_parttime"}[c.choice("employment_type")]
    if not c.eligible(c.require("is_formally_introduced", limit)):
        return c.nothing()
    c.step(f"{c.show('employment_type')}人才，给予企业补贴不超过{c.show(limit)}", limit)
    c.out(amount_max_wan=c.param(limit))


@rule("hebei-featured-exhibition-booth-subsidy")
def exhibition_booth(c: Case) -> None:
    """Stand costs of a delegation ranked in the first six: up to 50 万元 at home, 300 abroad."""
    _at_most_the_cost(
        c,
        "booth_cost_wan",
        f"cap_{c.choice('exhibition_type')}",
        "“一定补助”，比例未写，按不超过实际费用",
        c.at_most("assessment_rank", "top_n"),
        c.require("has_local_subsidy", "recipients"),
    )


@rule("hebei-featured-expo-award")
def expo(c: Case) -> None:
    """Up to 300 万元 by rank for the fairs of featured products; the last gets nothing."""
    if not c.eligible(
        c.require("is_featured_product_expo", "expos"), c.require("is_worst_ranked", "cap", wanted=False)
    ):
        return c.nothing()
    c.step(f"按照排名顺序拉开层次，最高不超过{c.show('cap')}，各名次金额未写", "cap")
    c.out(amount_max_wan=c.param("cap"))


@rule("hebei-featured-forum-funding")
def forum(c: Case) -> None:
    """Up to 30 万元 for each of three forums a year."""
    held = c.test(
        f"{c.label('session_count')} {c.show('session_count')}", c.num("session_count") > 0, "sessions_per_year"
    )
    if not c.eligible(held):
        return c.nothing()
    c.out(amount_max_wan=c.product("经费上限", "session_count", "per_session_cap"))


@rule("hebei-featured-green-demo-award")
def green_demo(c: Case) -> None:
    """200 万元 for each of the three green manufacturers selected a year."""
    _award(
        c,
        "award",
        f"绿色制造示范企业（每年{c.show('annual_quota')}），奖励",
        c.require("is_selected", "annual_quota"),
        c.require("is_featured_product_enterprise", "scope", "emphasis"),
    )


@rule("hebei-featured-premium-product-award")
def premium_product(c: Case) -> None:
    """20 万元 for each product among the ten recognised in the province in a year."""
    some = c.test(
        f"{c.label('certified_product_count')} {c.show('certified_product_count')}",
        c.num("certified_product_count") > 0,
        "annual_quota",
    )
    if not c.eligible(some):
        return c.nothing()
    c.out(amount_wan=c.product("高端化特色精品奖励", "certified_product_count", "per_product"))


@rule("hebei-featured-public-consulting-subsidy")
def public_consulting(c: Case) -> None:
    """What free advice to enterprises cost, up to 30 万元."""
    _at_most_the_cost(
        c,
        "actual_expense_wan",
        "cap",
        "依据实际支出、开展效果补助，比例未写",
        c.require("has_held_service", "recipients"),
    )


@rule("hebei-featured-quality-benchmark-award")
def quality_benchmark(c: Case) -> None:
    """100 万元 for a national, 50 for a provincial quality benchmark."""
    _recognised(c, "level", "national", "provincial")


@rule("hebei-featured-single-champion-award")
def single_champion(c: Case) -> None:
    """100 万元 for a national, 50 for a provincial single champion product."""
    _recognised(c, "level", "national", "provincial")


@rule("hebei-featured-smart-manufacturing-award")
def smart_manufacturing(c: Case) -> None:
    """100 万元 for a national demonstration, 90 for a provincial smart factory, 40 for a digital workshop."""
    _recognised(
        c,
        "recognition",
        "national_smart_manufacturing_demo",
        "provincial_smart_factory",
        "provincial_digital_workshop",
    )


@rule("hebei-featured-standards-award")
def standards(c: Case) -> None:
    """30, 20 or 10 万元 for a national, local or group standard led and published; three products come first."""
    paid = ["national", "local", "group"]
    featured = [value for value in c.spec.input("industry").choices if value != "other"]
    standard, industry = c.choice("standard_type"), c.choice("industry")
    _award(
        c,
        standard if standard in paid else "national",
        f"主导制定{c.show('standard_type')}，奖励",
        c.is_one_of("industry", featured, "focus"),
        c.is_one_of("standard_type", paid, *paid),
        c.require("is_leading_drafter", "national"),
        c.require("is_published", "national"),
    )
    if industry in featured and industry not in FOCUS:
        c.warn(
            f"原文以灰铸铁炊具、自行车、家具等特色产品为重点，没有点名{c.show('industry')}；"
            "“重点”不等于“仅限”，按可适用计算，请向主管部门核实。"
        )
    if standard not in paid:
        c.warn("国际标准、行业标准本方案没有奖励标准，可看万企转型的标准资助（hebei-wqzx-standard-subsidy）。")


@rule("hebei-featured-support-team-funding")
def support_team(c: Case) -> None:
    """Services bought from a supporting body, up to 50 万元 in all, by its yearly assessment."""
    if not c.eligible(c.require("is_support_agency", "recipients"), c.require("has_passed_assessment", "cap")):
        return c.nothing()
    c.step(f"按照年度考核结果拨付，总额不超过{c.show('cap')}", "cap")
    c.out(amount_max_wan=c.param("cap"))


@rule("hebei-featured-tech-upgrade-subsidy")
def tech_upgrade(c: Case) -> None:
    """Up to 30 % of the recognised investment of a major project, at most 2000 万元."""
    if not c.eligible(c.require("is_selected_project", "projects")):
        return c.nothing()
    share_at_most(c, "max_share", "cap")


@rule("hebei-featured-testing-platform-subsidy")
def testing_platform(c: Case) -> None:
    """Up to 30 % of the recognised investment of a third-party testing platform; the text has no limit in 万元."""
    if not c.eligible(c.require("meets_conditions", "max_share")):
        return c.nothing()
    share_at_most(c, "max_share")
