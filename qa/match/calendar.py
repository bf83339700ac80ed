"""政策日历: deadlines and ends of validity of matched policies, as lines and as an .ics file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from .model import DOES_NOT, Event, MatchReport, Policy


def events(policies: Sequence[Policy], as_of: date) -> tuple[Event, ...]:
    """The dates of all policies that apply or may apply, each once; days to come first, then past ones, then undated."""
    found: dict[tuple[object, ...], Event] = {}
    for policy in policies:
        if policy.status == DOES_NOT:
            continue
        for deadline in policy.deadlines:
            end = policy.validity.valid_to if deadline.yearly else None
            day = _next(deadline.month, deadline.day_of_month, as_of, end) if deadline.yearly else deadline.day
            _add(found, policy, "截止", day, deadline.yearly, deadline.text, deadline.clause_id, as_of, end)
        first = policy.clauses[0].clause_id if policy.clauses else ""
        if day := policy.validity.valid_to:
            _add(
                found,
                policy,
                "有效期止",
                day,
                False,
                f"有效期至{day.isoformat()}（《{policy.document}》）",
                first,
                as_of,
            )
        if (day := policy.validity.valid_from) and day > as_of:
            _add(found, policy, "生效", day, False, f"自{day.isoformat()}起执行（《{policy.document}》）", first, as_of)
    return tuple(sorted(found.values(), key=_order))


def _order(event: Event) -> tuple[int, int, str]:
    if event.day is None:
        return 2, 0, event.title
    return (1, -event.day.toordinal(), event.title) if event.passed else (0, event.day.toordinal(), event.title)


def _add(
    found: dict[tuple[object, ...], Event],
    policy: Policy,
    kind: Literal["截止", "有效期止", "生效"],
    day: date | None,
    yearly: bool,
    text: str,
    clause_id: str,
    as_of: date,
    until: date | None = None,
) -> None:
    key = (kind, day, yearly, policy.document if kind != "截止" else (clause_id, text))
    if (event := found.get(key)) is None:
        found[key] = Event(
            day=day,
            yearly=yearly,
            kind=kind,
            title=policy.title,
            text=text,
            calculators=(policy.calculator,),
            document=policy.document,
            clause_id=clause_id,
            passed=day is not None and day < as_of,
            until=until,
        )
    elif policy.calculator not in event.calculators:
        count = len(event.calculators) + 1
        title = f"{event.title.removesuffix(f'等{count - 1}项')}等{count}项"
        found[key] = event.model_copy(update={"calculators": (*event.calculators, policy.calculator), "title": title})


def _next(month: int, day: int, as_of: date, end: date | None) -> date:
    """The next such day; the last one within validity where that ends before."""
    year = as_of.year if date(as_of.year, month, day) >= as_of else as_of.year + 1
    if end is not None and date(year, month, day) > end:
        year = end.year if date(end.year, month, day) <= end else end.year - 1
    return date(year, month, day)


def to_ics(report: MatchReport) -> bytes:
    """The calendar as iCalendar (RFC 5545): whole days; yearly ones repeat; a reminder fourteen days ahead."""
    from icalendar import Alarm, Calendar
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("prodid", "-//zhengce//政策日历//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"政策日历（{report.region}）")
    stamp = datetime(
        report.as_of.year, report.as_of.month, report.as_of.day, tzinfo=UTC
    )  # the same report, the same file
    for event in report.calendar:
        if event.day is None:
            continue
        entry = Entry()
        digest = hashlib.sha256(f"{event.kind}|{event.day}|{event.clause_id}|{event.text}".encode()).hexdigest()
        entry.add("uid", f"{digest[:32]}@zhengce")
        entry.add("dtstamp", stamp)
        entry.add("summary", f"{event.kind}：{_clean(event.title)}")
        entry.add("description", _clean(f"{event.text}\n《{event.document}》 条款 {event.clause_id}"))
        entry.add("dtstart", event.day)
        entry.add("dtend", event.day + timedelta(days=1))
        entry.add("transp", "TRANSPARENT")
        if event.yearly:
            entry.add("rrule", {"freq": "yearly", **({"until": event.until} if event.until else {})})
        if not event.passed:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", f"{event.kind}：{_clean(event.title)}")
            alarm.add("trigger", timedelta(days=-14))
            entry.add_component(alarm)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _clean(text: str) -> str:
    """Text without control characters other than line feeds."""
    return "".join(c for c in text if c == "\n" or ord(c) >= 32)
