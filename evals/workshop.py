"""The test-set workshop: check a set, grow one from feedback, rewrite questions by rule and measure the drop."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import opencc
from pypinyin import Style, lazy_pinyin

from evals.intervals import paired
from evals.questions import Evidence, Question, check, load_questions
from evals.run import Ask, Progress, Run, run, source_texts
from evals.text import squeeze
from ingest.model import IngestError
from ingest.workspace import Workspace, bundled_corpus

_HAN = re.compile(r"[一-鿿]")
FEEDBACK = "feedback.sqlite3"  # where the app keeps it, in the workspace
_MARK = re.compile(r"\[\d{1,3}\]")
_UNIT = re.compile(r"\d([万亿千百]?[一-鿿]{1,2})")
_CLAUSE_STOP = re.compile(r"[，,；;]")

# Words that people put around a question; none carries anything to search for.
SMALL_TALK = (
    ("你好，麻烦问一下，", "，谢谢啦"),
    ("老师您好，我是第一次来咨询的，想请教个事：", ""),
    ("在吗？有个问题一直没弄明白，", "，急，在线等"),
    ("辛苦了，帮我看看", "，不好意思打扰了"),
    ("早上打电话没打通，只好在这里问：", ""),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A rule that rewrites a question without changing what is asked. None: the rule does not apply to it."""

    name: str
    label: str
    rewrite: Callable[[str, random.Random], str | None]


def _spots(text: str) -> list[int]:
    """Where a character may be mistyped: Chinese, and not the unit of a figure (another unit is another question)."""
    units = {i for match in _UNIT.finditer(text) for i in range(*match.span(1))}
    return [i for i, char in enumerate(text) if _HAN.match(char) and i not in units]


def typo(text: str, rng: random.Random) -> str | None:
    """Two neighbouring characters swapped, once for every twenty (figures and Latin letters are left alone)."""
    free = set(_spots(text))
    spots = [i for i in sorted(free) if i + 1 in free and text[i] != text[i + 1]]
    if not spots:
        return None
    chars, taken = list(text), set[int]()
    for i in rng.sample(spots, min(len(spots), 1 + len(text) // 20)):
        if not taken & {i - 1, i, i + 1}:
            chars[i], chars[i + 1] = chars[i + 1], chars[i]
            taken.add(i)
    return "".join(chars)


def dropped(text: str, rng: random.Random) -> str | None:
    """One character left out for every twenty."""
    spots = _spots(text)
    if len(spots) < 6:
        return None
    gone = set(rng.sample(spots, 1 + len(text) // 20))
    return "".join(char for i, char in enumerate(text) if i not in gone)


def _sound(char: str) -> str:
    return lazy_pinyin(char, style=Style.NORMAL)[0]


@lru_cache(maxsize=1)
def _by_sound() -> Mapping[str, str]:
    """Sound → the characters of the corpus that have it, most frequent first: what an input method would offer."""
    counts: dict[str, int] = {}
    for text in source_texts(bundled_corpus() / "sources").values():
        for char in text:
            if _HAN.match(char):
                counts[char] = counts.get(char, 0) + 1
    sounds: dict[str, str] = {}
    for char in sorted(counts, key=lambda c: (-counts[c], c)):
        sound = _sound(char)
        sounds[sound] = sounds.get(sound, "") + char
    return sounds


def homophone(text: str, rng: random.Random) -> str | None:
    """One character for every fifteen written as another one of the same sound (补贴 → 补帖)."""
    others = {i: [c for c in _by_sound().get(_sound(text[i]), "")[:8] if c != text[i]] for i in _spots(text)}
    spots = [i for i, found in others.items() if found]
    if not spots:
        return None
    chars = list(text)
    for i in rng.sample(spots, min(len(spots), 1 + len(text) // 15)):
        chars[i] = rng.choice(others[i])
    return "".join(chars)


def full_width(text: str, _: random.Random) -> str | None:
    """Digits, letters and signs as wide as Chinese characters (1000 → １０００)."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "　" if c == " " else c for c in text)
    return wide if wide != text else None


@lru_cache(maxsize=1)
def _to_traditional() -> Any:
    return opencc.OpenCC("s2t")


def traditional(text: str, _: random.Random) -> str | None:
    """Traditional characters."""
    made: str = _to_traditional().convert(text)
    return made if made != text else None


def reordered(text: str, rng: random.Random) -> str | None:
    """The parts between commas in another order."""
    body, end = (text[:-1], text[-1]) if text[-1:] in "？?。！!" else (text, "")
    parts = [part for part in _CLAUSE_STOP.split(body) if part]
    if len(parts) < 2:
        words = body.split()
        if len(words) < 2:
            return None
        return " ".join(words[1:] + words[:1]) + end
    turn = rng.randrange(1, len(parts))
    return "，".join(parts[turn:] + parts[:turn]) + end


def small_talk(text: str, rng: random.Random) -> str | None:
    """A greeting before, thanks after."""
    before, after = rng.choice(SMALL_TALK)
    return before + text + after


def spaced(text: str, _: random.Random) -> str | None:
    """A space between all characters, as copied from a scanned page; figures stay whole."""
    made = re.sub(r"(?<=[一-鿿])(?=[一-鿿])", " ", text)
    return made if made != text else None


VARIANTS: tuple[Variant, ...] = (
    Variant("typo", "错位", typo),
    Variant("dropped", "漏字", dropped),
    Variant("homophone", "同音字", homophone),
    Variant("full_width", "全角", full_width),
    Variant("traditional", "繁体", traditional),
    Variant("reordered", "语序", reordered),
    Variant("small_talk", "寒暄", small_talk),
    Variant("spaced", "空格", spaced),
)


def variants(questions: Iterable[Question], variant: Variant) -> list[Question]:
    """The questions rewritten by one rule; the same text always gives the same variant. Ids stay, to be paired."""
    made = []
    for question in questions:
        seed = hashlib.sha256(f"{variant.name}\0{question.question}".encode()).digest()
        text = variant.rewrite(question.question, random.Random(seed))
        if text is not None and text != question.question:
            made.append(question.model_copy(update={"question": text}))
    return made


@dataclass(frozen=True)
class Robustness:
    """What one rule costs: right (or rightly declined) before and after over the same questions, the drop, its test."""

    variant: str
    label: str
    n: int
    before: float
    after: float
    drop: float
    low: float
    high: float
    p: float
    evidence_drop: float
    run: Run


def robustness(
    ask: Ask, original: Run, sources: Mapping[str, str], *, progress: Progress | None = None
) -> list[Robustness]:
    """Ask every variant of the questions of a run and hold the answers against that run's."""
    found = []
    for variant in VARIANTS:
        questions = variants([row.gold for row in original.rows], variant)
        if not questions:
            continue
        changed = run(ask, questions, sources, name=variant.label, progress=progress)
        rows = {row.id: row for row in original.rows}
        pairs = [(_right(rows[row.id].metrics), _right(row.metrics)) for row in changed.rows]
        d = paired([b for b, _ in pairs], [a for _, a in pairs])
        evidence = [
            row.metrics["evidence@5"] - rows[row.id].metrics["evidence@5"]
            for row in changed.rows
            if "evidence@5" in row.metrics
        ]
        before = sum(b for b, _ in pairs) / len(pairs)
        after = sum(a for _, a in pairs) / len(pairs)
        drop = sum(evidence) / len(evidence) if evidence else 0.0
        found.append(
            Robustness(variant.name, variant.label, d.n, before, after, d.mean, d.low, d.high, d.p, drop, changed)
        )
    return found


def _right(metrics: Mapping[str, float]) -> float:
    return metrics.get("answer_right", metrics.get("abstain_right", 0.0))


# -- growing a set from feedback -------------------------------------------------------------------------------


def grow(
    feedback: Iterable[Mapping[str, Any]], known: Sequence[Question], sources: Mapping[str, str]
) -> tuple[list[Question], list[str]]:
    """Draft questions from feedback lines, and why the others were left out.

    A feedback line holds `question` and what the person corrected: `expected` (the answer as it should be), `facts`
    (a list), `quotes` (verbatim stretches that settle it), or `unanswerable` true; `persona` and `region` if known.
    Facts default to the figures of `expected`. A draft whose quotes are not in a source is left out: the set stays
    checked.
    """
    from evals.grounding import figures

    squeezed = {name: squeeze(text) for name, text in sources.items()}
    taken = {squeeze(question.question) for question in known}
    drafts: list[Question] = []
    left_out: list[str] = []
    for line in feedback:
        text = str(line.get("question") or "").strip()
        if not text or squeeze(text) in taken:
            left_out.append(f"{text[:30] or '（空）'}：{'已在集里' if text else '没有问题'}")
            continue
        nothing = bool(line.get("unanswerable"))
        expected = str(line.get("expected") or ("语料中没有规定" if nothing else ""))
        facts = tuple(line.get("facts") or dict.fromkeys(f.text for f in figures(squeeze(expected))))
        places = [(quote, _file_of(quote, squeezed)) for quote in line.get("quotes") or ()]
        evidence = tuple(Evidence(file=file, quote=quote) for quote, file in places if file)
        if not nothing and (not facts or not evidence or len(evidence) < len(places)):
            left_out.append(f"{text[:30]}：缺要点，或引文不在来源里")
            continue
        taken.add(squeeze(text))
        drafts.append(
            Question(
                id="fb-" + hashlib.sha256(text.encode()).hexdigest()[:8],
                question=text,
                persona=str(line.get("persona") or "enterprise"),
                type="unanswerable" if nothing else str(line.get("type") or "amount"),
                style=str(line.get("style") or "colloquial"),
                region=line.get("region"),
                answer=expected,
                answer_facts=() if nothing else facts,
                evidence=() if nothing else evidence,
            )
        )
    return drafts, left_out


def confirmed(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """What people said in the app as feedback lines for `grow`: an answer voted up is right, its clauses the evidence.

    Answers voted down and questions left unanswered come without an expected answer: a person has to write it.
    """
    from qa.app.feedback import Feedback

    store = workspace.store(create=False)
    for entry in Feedback(workspace.path / FEEDBACK).entries():
        line: dict[str, Any] = {"question": entry.question, "region": entry.region or None}
        if entry.vote == "up":
            nodes = [node for id in entry.clauses if (node := store.node(id)) is not None]
            line |= {"expected": _MARK.sub("", entry.answer), "quotes": [node.text for node in nodes]}
        yield line


def _file_of(quote: str, sources: Mapping[str, str]) -> str | None:
    wanted = squeeze(quote)
    return next((name for name, text in sources.items() if wanted and wanted in text), None)


# -- command ---------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m evals.workshop check|vary|grow`: 0 done, 1 the set has a serious fault or a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m evals.workshop", description="问题集工坊")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="核对问题集：引文、重复、含混的要点")
    checking.add_argument("set", type=Path)
    varying = commands.add_parser("vary", help="按规则改写问题集")
    varying.add_argument("set", type=Path)
    varying.add_argument("--rule", choices=[v.name for v in VARIANTS], required=True)
    growing = commands.add_parser("grow", help="从反馈生成草稿题")
    growing.add_argument("feedback", type=Path, nargs="?", help="JSON Lines；不给则取工作区里的反馈")
    growing.add_argument("--workspace", type=Path)
    growing.add_argument("--set", type=Path, help="已有的问题集，避免重复")
    options = parser.parse_args(arguments)
    sources = source_texts(bundled_corpus() / "sources")
    try:
        if options.command == "check":
            questions = load_questions(options.set)
            problems = check(questions, sources)
            for problem in problems:
                print(problem)
            print(
                f"{len(questions)} 题，{len(problems)} 处可疑，其中 {sum(p.serious for p in problems)} 处必须改",
                file=sys.stderr,
            )
            return int(any(p.serious for p in problems))
        if options.command == "vary":
            rule = next(v for v in VARIANTS if v.name == options.rule)
            for question in variants(load_questions(options.set), rule):
                print(question.line())
            return 0
        known = load_questions(options.set) if options.set else []
        said = _read_lines(options.feedback) if options.feedback else confirmed(Workspace.resolve(options.workspace))
        drafts, left_out = grow(said, known, sources)
        for draft in drafts:
            print(draft.line())
        for reason in left_out:
            print(f"未收：{reason}", file=sys.stderr)
        return 0
    except IngestError as error:
        print(error, file=sys.stderr)
        return 1


def _read_lines(path: Path) -> list[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8-sig").split("\n") if line.strip()]
    except (OSError, ValueError) as error:
        raise IngestError(f"读不了反馈 {path.name}：{error}。每行应是一个 JSON 对象。") from None
    if not all(isinstance(row, dict) for row in rows):
        raise IngestError(f"反馈 {path.name} 每行应是一个 JSON 对象。")
    return rows


if __name__ == "__main__":
    sys.exit(main())
