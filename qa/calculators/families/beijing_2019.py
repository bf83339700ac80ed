"""北京市 2019年市级两化融合管理体系贯标试点企业: who may apply."""

from __future__ import annotations

from qa.calculators.case import Case, rule


@rule("beijing-2019-lianghua-pilot-eligibility")
def lianghua_pilot(c: Case) -> None:
    """Sound legal persons registered in Beijing that are no pilot yet; experience with such systems comes first."""
    met = c.eligible(
        c.require("is_registered_in_beijing", "who"),
        c.require("is_legal_person", "who"),
        c.require("has_sound_finance", "who"),
        c.require("has_need", "need"),
        c.require("is_existing_pilot", "excluded", wanted=False),
    )
    experienced = c.flag("has_management_system")
    c.step(f"{c.label('has_management_system')}——{'是：优先' if experienced else '否：不优先'}", "priority")
    c.step(
        f"每个单位推荐不少于{c.show('min_recommend')}；公布之日起{c.show('start_within')}内启动贯标工作；"
        f"申报材料纸质版（{c.show('copies')}）须在{c.show('deadline')}前报送（本计算不判断日期）",
        "deadline",
        "start_within",
        "min_recommend",
    )
    c.out(is_priority=met and experienced)
