"""Single figures from Hebei's plans and notices: technology projects, building materials, steel, pilot counties, private capital."""

from __future__ import annotations

from qa.calculators.case import Case, rule

PROJECTS = {
    "industrial_development": "industry_min",
    "software_or_integration": "software_min",
    "public_service_platform": "platform_min",
}
IN_POVERTY_COUNTIES = {"industry_min": "poor_industry_min", "platform_min": "poor_platform_min"}


@rule("hebei-2019-tech-upgrade-eligibility")
def tech_upgrade_2019(c: Case) -> None:
    """Who may apply in 2019: a threshold by sort of project, lower in poverty counties, and the papers of its stage."""
    sort, is_poor = PROJECTS[c.choice("project_type")], c.flag("is_in_poverty_county")
    threshold = IN_POVERTY_COUNTIES.get(sort, sort) if is_poor else sort
    c.out(threshold_wan=c.param(threshold))
    if is_poor and sort == "software_min":
        c.warn("贫困县的软件、“两化”融合项目没有单列门槛，仍按一般门槛计算。")
    if is_poor and sort == "platform_min":
        c.warn("贫困县公共服务平台的“投资”是否仍指固定资产投资没有写明，按固定资产投资计算，请核实。")
    c.eligible(
        c.require("is_qualified_entity", "applicants"),
        c.require("is_in_hebei", "applicants"),
        c.require("meets_industry_policy", "policy"),
        c.at_least("investment_wan", threshold, f"{c.show('project_type')}，投资"),
        *_papers(c),
    )
    c.step(f"网上申报截止{c.show('deadline')}（本计算不判断日期）", "deadline")


def _papers(c: Case) -> list[bool]:
    """What the stage of the project asks for."""
    c.step(f"{c.label('project_stage')}的条件", c.choice("project_stage"))
    match c.choice("project_stage"):
        case "continuing":
            return [c.require("has_filing", "continuing"), c.require("has_eia_and_land", "continuing")]
        case "new_start":
            return [c.require("has_filing", "new_start"), c.require("is_preparing_construction", "new_start")]
        case _:
            return [c.require("is_in_feasibility", "preliminary")]


@rule("hebei-building-materials-denox-efficiency")
def denox_efficiency(c: Case) -> None:
    """70 % for cement, 75 % for glass furnaces, the figure itself included."""
    limit = {"cement": "cement_min", "glass_furnace": "glass_min"}[c.choice("facility_type")]
    c.eligible(c.at_least("denox_efficiency_pct", limit, f"{c.show('facility_type')}综合脱硝效率"))
    c.out(limit_pct=c.param(limit))


@rule("hebei-cement-grade-production-ban")
def cement_grade(c: Case) -> None:
    """32.5 composite cement is stopped; 42.5 and above is what to make; of the rest the clause says nothing."""
    grade, banned = c.num("strength_grade"), c.param("banned_grade")
    if c.choice("cement_type") == "composite_portland" and grade == banned:
        c.step(f"{c.show('banned_grade')}{c.show('cement_type')}，停止生产", "banned_grade")
        return c.out(status="banned")
    c.step(
        f"{c.fmt(grade, '等级')}{c.show('cement_type')}，不是停止生产的{c.show('banned_grade')}复合硅酸盐水泥",
        "banned_grade",
    )
    if c.at_least("strength_grade", "encouraged_grade", "重点生产的等级"):
        return c.out(status="encouraged")
    if grade == banned:
        c.warn("原文只点名复合硅酸盐水泥，其他品种的同一等级是否停产未写，以国家产业政策和标准为准。")
    c.out(status="not_regulated")


@rule("hebei-demo-county-application")
def demo_county_application(c: Case) -> None:
    """Counties, cities and districts that were counties; in time, with three paper copies and two discs."""
    area = c.is_one_of("area_type", ["county_or_city", "county_turned_district"], "areas")
    in_time = c.on_or_before("submit_date", "deadline")
    materials = [c.at_least("paper_count", "paper"), c.at_least("disc_count", "disc")]
    if c.day("submit_date") == c.day_param("deadline"):
        c.warn("“9月7日前”是否含当日没有写，按含当日计算，宜提前报送。")
    c.out(is_area_eligible=area, meets_deadline=in_time, meets_materials=all(materials))
    c.eligible(area, in_time, *materials)


@rule("hebei-demo-county-target-period")
def demo_county_target_period(c: Case) -> None:
    """Three whole years from the year after the application."""
    start = c.num("application_year") + 1
    end = start + c.param("years") - 1
    c.step(
        f"{c.show('application_year')}申报，次年起{c.show('years')}：{c.fmt(start)}—{c.fmt(end, '年')}",
        "years",
        "example",
    )
    c.out(start_year=start, end_year=end)


@rule("hebei-iiot-tech-transfer-reward-share")
def tech_transfer_reward(c: Case) -> None:
    """At least 70 % of the income to the team, at least half of that to the main contributors."""
    if not c.eligible(c.require("is_completed_service_achievement", "team_min")):
        return c.nothing()
    team = c.share(c.num("income_wan"), "team_min", "团队和个人奖励报酬下限")
    c.out(amount_min_wan=team, main_contributor_min_wan=c.share(team, "main_min", "其中主要贡献人员下限"))


@rule("hebei-private-invest-agri-guarantee-insurance-top-up")
def agri_guarantee_top_up(c: Case) -> None:
    """30 % of what a city or county paid out last year."""
    paid = c.num("prior_year_compensation_wan")
    if not c.eligible(c.test(f"上年度有实际补偿：{c.show('prior_year_compensation_wan')}", paid > 0, "share")):
        return c.nothing()
    c.out(amount_wan=c.share(paid, "share", "奖补市、县"))


@rule("hebei-private-invest-hightech-incubation-agency-award")
def incubation_agency(c: Case) -> None:
    """Up to 100 万元 for each agency with notable results."""
    if not c.eligible(
        c.require("is_hightech_incubation_agency", "cap_per_agency"),
        c.require("has_notable_results", "cap_per_agency"),
    ):
        return c.nothing()
    c.step(f"每家奖励不超过{c.show('cap_per_agency')}，由省财政核定", "cap_per_agency")
    c.out(amount_max_wan=c.param("cap_per_agency"))


@rule("hebei-steel-small-equipment-replacement")
def small_equipment(c: Case) -> None:
    """Converters below 100 t and furnaces below 1000 m³ are to be replaced by the end of 2020; on the figure itself it is open."""
    if not c.require("is_exempt_type", "exempt", wanted=False):
        return c.out(status="not_required")
    limit = f"{c.choice('equipment_type')}_limit"
    size = c.num("equipment_size")
    unit = c.spec.parameters[limit].unit
    if size == c.param(limit):
        c.step(f"{c.show('equipment_type')}{c.fmt(size, unit)}，恰为界限{c.show(limit)}：“以下”是否含本数未写明", limit)
        c.warn("恰为界限值，原文“以下”是否含本数未写明，须由主管部门确认。")
        return c.out(status="needs_confirmation")
    if not c.less_than(size, limit, c.show("equipment_type")):
        return c.out(status="not_required")
    c.step(f"须在{c.show('deadline')}前完成减量置换改造升级", "deadline")
    c.out(status="required")


@rule("hebei-strategic-industry-land-floor-price")
def land_floor_price(c: Case) -> None:
    """70 % of the national minimum price of the place's land grade."""
    if not c.eligible(c.require("is_intensive_land_use", "share")):
        c.step("不符合集约用地标准，本条不适用（以0表示，不是底价为0）", "share")
        return c.nothing()
    c.out(floor_price_yuan=c.share(c.num("national_min_price_yuan"), "share", "每平方米底价下限", unit="元"))
