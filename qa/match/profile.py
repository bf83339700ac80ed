"""What an enterprise tells about itself: the documented fields (fields.yaml), checked one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from ingest.model import IngestError
from ingest.regions import place
from qa.calculators import CalcError, all_rules, get, loads
from qa.calculators.inputs import LIMIT, typed

LARGEST = 200_000  # bytes of a profile file
LONGEST = 200  # characters of a text, entries of a list


def _decimal(loader: Any, node: yaml.ScalarNode) -> Decimal:
    """0.9 as it is written; .inf and .nan as what no check lets through."""
    try:
        return Decimal(node.value.replace("_", ""))
    except ArithmeticError:
        return Decimal("NaN")


class _Loader(yaml.CSafeLoader):
    """YAML in which 0.9 is a Decimal, not the binary float nearest to it."""


class _CarefulLoader(yaml.SafeLoader):
    """The same for strangers' files: a key given twice is refused, and any reference; a profile needs neither."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references are not taken")
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if len(keys) != len(set(keys)):
                raise yaml.MarkedYAMLError(problem="duplicate key", problem_mark=node.start_mark)
        return node


for _loader in (_Loader, _CarefulLoader):
    _loader.add_constructor("tag:yaml.org,2002:float", _decimal)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answers(_Data):
    """A calculator input that a field answers; see fields.yaml."""

    name: str
    label: str = ""
    times: Decimal = Decimal(1)
    value: dict[bool, list[str]] = {}
    within: str = ""
    and_region: bool = False
    by: Literal["", "years"] = ""
    note: str = ""


class Field(_Data):
    """One field of a profile, as forms show it. `type` is text, choice, boolean, number, integer, date, list, table …"""

    name: str
    label: str
    type: Literal["text", "choice", "boolean", "number", "integer", "date", "list", "table", "projects", "inputs"] = (
        "number"
    )
    unit: str = ""
    min: Decimal | None = None
    max: Decimal | None = None
    choices: dict[str, str] = {}
    help: str = ""
    aliases: list[str] = []
    inputs: list[Answers] = []


class ProjectType(_Data):
    """What a project of this type tells: choices, and sums by the field that holds them."""

    values: dict[str, list[str]] = {}
    sums: dict[str, list[Answers]] = {}


class Projects(_Data):
    """What can be told of a project, and what each type of project answers."""

    fields: list[Field]
    types: dict[str, ProjectType]
    stages: str


Told = dict[
    str, bool | list[str]
]  # input (or "<calculator>.<input>") → yes, or the choices of which a rule takes its own


class Honour(_Data):
    """An honour, what whoever holds it answers, and what only one newly recognised answers."""

    name: str
    aliases: list[str] = []
    held: Told = {}
    new: Told = {}


class StandardKind(_Data):
    """How standards of one kind are told: the input that counts them, the kind where a rule takes one at a time."""

    kind: str
    count: str = ""


class Audience(_Data):
    """Rules that are not for enterprises, and why."""

    applicant: str
    label: str
    reason: str
    rules: list[str]


class Group(_Data):
    """A heading of the report and the kinds of rules below it."""

    label: str
    kinds: list[str]


class Worth(_Data):
    """Outputs that are what a policy is worth: exactly, a range, or at most."""

    form: Literal["exact", "range", "most"]
    outputs: list[str]


class Topic(_Data):
    """A part of the checklist: patterns of headings that open it and of clauses that are one."""

    label: str
    heading: str
    clause: str
    lists: bool = False  # a clause that opens a list stands for all of it


class ChecklistData(_Data):
    """See fields.yaml."""

    focused: int
    many_matters: str
    handing_in: str
    officials: str
    topics: list[Topic]


class Knowledge(_Data):
    """All of fields.yaml."""

    fields: list[Field]
    projects: Projects
    honours: list[Honour]
    listing: dict[str, Told]
    standards: dict[str, StandardKind]
    standard_kind: str
    standard_values: Told
    audiences: list[Audience]
    groups: list[Group]
    worth: list[Worth]
    checklist: ChecklistData


@cache
def knowledge() -> Knowledge:
    """The data beside this module."""
    text = Path(__file__).with_name("fields.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=_Loader)
    for field in data["fields"]:
        field["inputs"] = _answers(field.get("inputs", []))
    for kind in data["projects"]["types"].values():
        kind["sums"] = {name: _answers(given) for name, given in kind.get("sums", {}).items()}
    return Knowledge.model_validate(data)


def _answers(given: Sequence[Any]) -> list[Any]:
    return [{"name": a} if isinstance(a, str) else a for a in given]


def fields() -> list[Field]:
    """The fields of a profile in their order, for forms and documentation."""
    return list(knowledge().fields)


def template() -> str:
    """An empty profile in YAML with every field explained; only the region is filled in."""
    lines = ["# 企业画像：除地区外都可不填；不知道的不要猜，留空即可。"]
    for field in knowledge().fields:
        notes = [field.label, field.unit and f"单位：{field.unit}", field.help]
        if field.choices:
            notes.append("可填：" + "、".join(f"{key}（{label}）" for key, label in field.choices.items()))
        lines.append(f"# {'；'.join(n for n in notes if n)}")
        lines.append("region: 天津市蓟州区" if field.name == "region" else f"# {field.name}: ")
    return "\n".join(lines) + "\n"


class Project(BaseModel):
    """A project planned or under way; sums in 万元."""

    model_config = ConfigDict(frozen=True)
    type: str
    label: str
    stage: str | None = None
    sums: dict[str, Decimal] = {}


class Profile(BaseModel):
    """A checked profile. `values` holds the plain fields by name; `inputs` what goes to calculators as it is."""

    model_config = ConfigDict(frozen=True)
    region: str
    values: dict[str, Any] = {}
    projects: tuple[Project, ...] = ()
    inputs: dict[str, Any] = {}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Profile:
        """A profile from a mapping by field name, label or alias. Errors: IngestError, one line that names the field."""
        if not isinstance(told, Mapping):
            raise IngestError("企业画像应是“字段: 值”的形式，如 region: 天津市蓟州区。")
        known = {alias: f for f in knowledge().fields for alias in (f.name, f.label, *f.aliases)}
        values: dict[str, Any] = {}
        for key, value in told.items():
            field = known.get(str(key))
            if field is None:
                names = "、".join(f"{f.name}（{f.label}）" for f in knowledge().fields)
                raise IngestError(f"企业画像里没有“{_short(key)}”这个字段，可用的有：{names}。")
            if field.name in values:
                raise IngestError(f"企业画像的“{field.label}”写了两次（{_short(key)}），请只留一个。")
            values[field.name] = None if value is None else _CHECKS[field.type](field, value)
        values = {name: value for name, value in values.items() if value is not None}
        if "region" not in values:
            raise IngestError("企业画像缺少“所在地区”（region），请写明，如 region: 天津市蓟州区。")
        projects, inputs = values.pop("projects", ()), values.pop("inputs", {})
        values["region"] = _region(knowledge().fields[0], values["region"])
        if "tax_region" in values:
            values["tax_region"] = _region(_field("tax_region"), values["tax_region"])
        return cls(region=values.pop("region"), values=values, projects=projects, inputs=inputs)

    def told(self) -> dict[str, Any]:
        """The profile as it was understood, JSON-ready (see `qa.calculators.dumps`)."""
        projects = [{"type": p.type, "stage": p.stage, **p.sums} for p in self.projects]
        extra = {"projects": projects} if projects else {}
        return {"region": self.region, **self.values, **extra, **({"inputs": self.inputs} if self.inputs else {})}


def load_profile(path: Path) -> Profile:
    """A profile from a YAML or JSON file. Errors: IngestError, one Chinese line that names the field."""
    try:
        if path.stat().st_size > LARGEST:
            raise IngestError(f"{path.name} 太大（超过 {LARGEST // 1000} KB），不像企业画像。")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise IngestError(f"读不了 {path.name}：不是 UTF-8 编码，请另存为 UTF-8 后再试。") from None
    except FileNotFoundError:
        raise IngestError(f"没有这个文件：{path.name}。请核对企业画像的路径。") from None
    except OSError:
        raise IngestError(f"读不了 {path.name}：它不是可读的文件，请核对路径和权限。") from None
    try:
        told = loads(text) if path.suffix.lower() == ".json" else yaml.load(text, Loader=_CarefulLoader)
    except CalcError:
        raise IngestError(f"{path.name} 不是有效的 JSON，请检查引号、逗号和括号。") from None
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else "内容"
        raise IngestError(f"{path.name} {where}不是有效的 YAML，请检查缩进、冒号和重复的字段。") from None
    if told is None:
        raise IngestError(f"{path.name} 是空的，至少要有 region（所在地区）。")
    return Profile.of(told)


# --- one check for each type ------------------------------------------------------------------------------------------


def _field(name: str) -> Field:
    return next(f for f in knowledge().fields if f.name == name)


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:39] + "…"


def _wrong(field: Field, what: str, value: object) -> IngestError:
    return IngestError(f"企业画像的“{field.label}”（{field.name}）{what}，现在是“{_short(value)}”。")


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(field, "应是文字", value)
    if len(value) > LONGEST:
        raise _wrong(field, f"不能超过 {LONGEST} 个字", value)
    return " ".join(value.split())


def _region(field: Field, value: str) -> str:
    found = place(value)
    if found is None:
        raise _wrong(field, "不是已知的地区，请写全称，如 天津市蓟州区、河北省、全国", value)
    return found.name


def _choice(field: Field, value: Any) -> str:
    by_label = {label: key for key, label in field.choices.items()}
    found = value if isinstance(value, str) and value in field.choices else by_label.get(str(value))
    if not isinstance(found, str):
        raise _wrong(field, f"只能是：{'、'.join(f'{k}（{v}）' for k, v in field.choices.items())}", value)
    return found


def _boolean(field: Field, value: Any) -> bool:
    found = {"是": True, "否": False}.get(value, value) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise _wrong(field, "应填 是 或 否（true 或 false）", value)
    return found


def _number(field: Field, value: Any) -> Decimal:
    unit = f"（单位：{field.unit}）" if field.unit else ""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _wrong(field, f"应是数字{unit}，不带单位和引号", value)
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or abs(number) > LIMIT:
        raise _wrong(field, f"应是合理大小的数字{unit}", value)
    if number and number.adjusted() < -12:
        raise _wrong(field, "小数位过多", value)
    if field.type == "integer" and number != number.to_integral_value():
        raise _wrong(field, "应是整数", value)
    if field.min is not None and number < field.min:
        raise _wrong(field, f"不能小于 {field.min}{field.unit}", value)
    if field.max is not None and number > field.max:
        raise _wrong(field, f"不能大于 {field.max}{field.unit}", value)
    return number


def _date(field: Field, value: Any) -> date:
    try:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise _wrong(field, "应是实际存在的日期，写作 2015-06-01", value) from None


def _list(field: Field, value: Any) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or len(items) > LONGEST:
        raise _wrong(field, "应是文字的列表", value)
    return tuple(dict.fromkeys(_text(field, item) for item in items))


def _table(field: Field, value: Any) -> dict[str, Decimal]:
    if not isinstance(value, Mapping):
        raise _wrong(field, f"应是“名称: 项数”，名称有 {'、'.join(field.choices)}", value)
    by_label = {label: key for key, label in field.choices.items()}
    out = {}
    for key, number in value.items():
        name = by_label.get(str(key), str(key))
        if name not in field.choices:
            raise _wrong(
                field,
                f"没有“{_short(key)}”，名称有 {'、'.join(f'{k}（{v}）' for k, v in field.choices.items())}",
                value,
            )
        count = Field(name=f"{field.name}.{name}", label=field.choices[name], type="integer", unit="项", min=Decimal(0))
        out[name] = _number(count, number)
    return out


def _projects(field: Field, value: Any) -> tuple[Project, ...]:
    items = [value] if isinstance(value, Mapping) else value
    if not isinstance(items, list | tuple) or len(items) > LONGEST:
        raise _wrong(field, "应是列表，每项写 type 和投资额", value)
    known = {name: f for f in knowledge().projects.fields for name in (f.name, f.label)}
    out = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, Mapping):
            raise _wrong(field, f"第 {number} 项应是“字段: 值”", item)
        told: dict[str, Any] = {}
        for key, given in item.items():
            of = known.get(str(key))
            if of is None:
                names = "、".join(f"{f.name}（{f.label}）" for f in knowledge().projects.fields)
                raise _wrong(field, f"第 {number} 项没有“{_short(key)}”这个字段，可用的有：{names}", key)
            of = of.model_copy(update={"name": f"projects[{number}].{of.name}", "min": Decimal(0)})
            name = known[str(key)].name
            told[name] = None if given is None else (_choice(of, given) if of.choices else _number(of, given))
        if told.get("type") is None:
            raise _wrong(field, f"第 {number} 项缺少 type（项目类型）", item)
        kind = told["type"]
        sums = {k: v for k, v in told.items() if isinstance(v, Decimal)}
        out.append(Project(type=kind, label=known["type"].choices[kind], stage=told.get("stage"), sums=sums))
    return tuple(out)


@cache
def _input_names() -> frozenset[str]:
    return frozenset(i.name for rule in all_rules() for i in rule.inputs)


def _inputs(field: Field, value: Any) -> dict[str, Any]:
    """Inputs by name, and by "<calculator>.<input>"; each must be right for at least one calculator that has it."""
    if not isinstance(value, Mapping):
        raise _wrong(field, "应是“输入名: 值”", value)
    out: dict[str, Any] = {}
    ids = {rule.id for rule in all_rules()}
    for key, given in value.items():
        name = str(key)
        if name in ids:
            if not isinstance(given, Mapping):
                raise _wrong(field, f"“{name}”下应是“输入名: 值”", given)
            out |= {f"{name}.{inner}": v for inner, v in given.items() if v is not None}
        elif given is not None:
            out[name] = given
    for name, given in out.items():
        calculator, _, inner = name.rpartition(".")
        rules = [get(calculator)] if calculator in ids else [r for r in all_rules() if not calculator]
        rules = [r for r in rules if any(i.name == inner for i in r.inputs)]
        if not rules:
            raise _wrong(field, f"没有“{_short(name)}”这个计算器输入，可用 zhengce calc show 查看", given)
        problem = ""
        for rule in rules:
            if not (problem := fault(rule.id, inner, given)):
                break
        else:
            raise IngestError(f"企业画像的 inputs.{name}：{problem}。")
    return out


def fault(calculator: str, name: str, value: Any) -> str:
    """What is wrong with this value of a calculator's input; "" where nothing is."""
    rule = get(calculator)
    try:
        typed(rule.model_copy(update={"inputs": [rule.input(name)]}), {name: value})
    except CalcError as error:
        return error.message
    return ""


_CHECKS: dict[str, Any] = {
    "text": _text,
    "choice": _choice,
    "boolean": _boolean,
    "number": _number,
    "integer": _number,
    "date": _date,
    "list": _list,
    "table": _table,
    "projects": _projects,
    "inputs": _inputs,
}
