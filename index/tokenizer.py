"""Words of a text: one spelling for numbers and characters, then jieba with the policy lexicon.

The same text always gives the same tokens, so the index and the question meet. `tokenize` is for clauses; `query_terms`
is for questions: without stop words, with synonyms at their weight.

>>> tokenize("给予2千万元补贴") == tokenize("给予两千万元补贴")
True
"""

from __future__ import annotations

import contextlib
import logging
import marshal
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from . import lexicon

VERSION = 5  # part of every manifest: another number means other tokens

_IDEOGRAPH = re.compile(r"[一-鿿]")
_GAP = re.compile(r"(?<=[^\x00-\x7f])[\s\u200b\ufeff]+|[\s\u200b\ufeff]+(?=[^\x00-\x7f])")
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_INLINE = re.compile(r"(?<=[一-鿿])\(([一-鿿])\)")  # 首台(套), 县(市), but not an enumeration (一)
_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?[%‰]?|[一-鿿㐀-䶿]+")

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "亿": 10**8}
_CN = "零〇一二两三四五六七八九十百千"
_COUNTED = "年个月日天家项名位元倍类件条款项章次份期档岁人户台套批亩吨"
_NUMBER = re.compile(
    rf"(?P<cent>[百千万]分之)(?P<share>[{_CN}]+|\d+(?:\.\d+)?)"
    rf"|(?P<num>\d+(?:\.\d+)?|[{_CN}]+)(?P<scale>(?:个)?[十百千]?[万亿]+)(?=[^一-鿿]|[元美人家户吨亩千台套件份个以及的左的项]|$)"
    rf"|(?P<cn>[{_CN}]+)(?=[{_COUNTED}])"
    rf"|第(?P<nth>[{_CN}]+)(?=[条章款项节编])"
)


_DOC_NO = re.compile(
    r"(?P<who>[一-鿿]{0,14}?)\s?[〔\[(【﹝<]?\s?(?P<year>(?:19|20)\d\d)\s?(?:[〕\])】﹞>]|年)\s?第?\s?(?P<serial>\d{1,4})\s?号"
)


def simplify(text: str) -> str:
    """Traditional characters as simplified ones; text without any is returned as it is (and costs nothing)."""
    if common_characters().issuperset(_IDEOGRAPH.findall(text)):
        return text
    return str(_opencc().convert(text))


@lru_cache(maxsize=256)  # a question is normalised by each part of a search
def normalise(text: str) -> str:
    """NFKC, lower case, simplified, no white space around Chinese characters, no thousands separators."""
    text = unicodedata.normalize("NFKC", text).lower()
    if "," in text:
        text = _THOUSANDS.sub("", text)
    if _SPACE.search(text):
        text = _GAP.sub("", _SPACE.sub(" ", text))
    text = simplify(text).strip()
    return _INLINE.sub(lambda m: m[0] if m[1] in _CN else m[1], text) if "(" in text else text


def chinese_number(text: str) -> int | None:
    """Value of a Chinese numeral below one 万 (二十五, 两千, 一〇五), or None where it is not one."""
    if all(c in _UNIT for c in text) and text[0] != "十":
        return None  # 千项, 百强: not a count
    if all(c in _DIGIT for c in text):
        return int("".join(str(_DIGIT[c]) for c in text)) if text else None
    total, digit = 0, None
    for c in text:
        if c in _DIGIT:
            digit = _DIGIT[c]
        else:
            total += (1 if digit is None else digit) * _UNIT[c]
            digit = None
    return total + (digit or 0)


def _number(text: str) -> Decimal | None:
    if text[0].isdigit():
        return Decimal(text)
    value = chinese_number(text)
    return None if value is None else Decimal(value)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _spell(match: re.Match[str]) -> str:
    """One spelling for a number, digits only: 2千万 → 20000000, 百分之二十 → 20%, 三年 → 3年."""
    if match["cent"]:
        value = _number(match["share"])
        if value is None:
            return match[0]
        return {"百": f"{_plain(value)}%", "千": f"{_plain(value)}‰", "万": f"{_plain(value)}‱"}[match["cent"][0]]
    text = match["num"] or match["cn"] or match["nth"]
    value = _number(text)
    if value is None:
        return match[0]
    if match["scale"]:
        for c in match["scale"]:
            value *= _BIG.get(c) or _UNIT.get(c) or 1
        return f" {_plain(value)} "
    return ("第" if match["nth"] else "") + _plain(value)


def spell_numbers(text: str) -> str:
    """Numbers of a normalised text in one spelling."""
    return _NUMBER.sub(_spell, text)


def tokenize(text: str) -> list[str]:
    """Tokens of a text in order; long words are followed by the shorter words in them (search mode)."""
    return list(_tokens(spell_numbers(normalise(text))))


def doc_no_keys(text: str) -> list[str]:
    """Document numbers in a normalised text, one spelling each: 冀财金〔2016〕44号 → 冀财金2016-44."""
    return [f"{m['who']}{m['year']}-{int(m['serial'])}" for m in _DOC_NO.finditer(text)]


def without_doc_nos(text: str) -> str:
    """A normalised text with its document numbers taken out."""
    return _DOC_NO.sub("", text)


def _tokens(text: str) -> Iterator[str]:
    jieba = _jieba()
    yield from doc_no_keys(text)
    for match in _WORD.finditer(text):
        word = match[0]
        if _IDEOGRAPH.match(word):
            yield from jieba.cut_for_search(word, HMM=False)
        else:
            yield word


def words(text: str) -> list[str]:
    """Words of a text without overlap (for pairs, typo repair and titles)."""
    text = spell_numbers(normalise(text))
    out: list[str] = []
    for match in _WORD.finditer(text):
        out.extend(_jieba().cut(match[0], HMM=False) if _IDEOGRAPH.match(match[0]) else [match[0]])
    return out


@lru_cache(maxsize=4096)
def query_terms(question: str) -> dict[str, float]:
    """Weighted terms of a question: its own words 1.0, other forms of them at the weight of their synonym group."""
    stop = lexicon.stopwords()
    out: dict[str, float] = {}
    for token in tokenize(question):
        if token not in stop:
            out[token] = 1.0
    if not out:  # nothing but stop words: better all of them than none
        out = dict.fromkeys(tokenize(question), 1.0)
    for form, weight in expand(question).items():
        for token in _form_tokens(form):
            if token not in stop and out.get(token, 0.0) < weight:
                out[token] = weight
    return out


Alternative = tuple[tuple[str, ...], float]  # tokens that must all be there, and what that is worth (0..1)


@lru_cache(maxsize=4096)
def concepts(question: str) -> tuple[tuple[Alternative, ...], ...]:
    """What a question is about, one entry a word: the ways in which a text may speak of it, the word itself first."""
    stop = lexicon.stopwords()
    text = normalise(question)
    held = [(forms, weight, found) for forms, weight in _groups() if (found := [f for f in forms if f in text])]
    out: dict[str, tuple[Alternative, ...]] = {}
    for word in words(question):
        if word in stop or word in out or not word.strip() or (len(word) == 1 and not word.isalnum()):
            continue
        ways: list[Alternative] = [((word,), 1.0)]
        parts = tuple(p for p in tokenize(word) if p != word)
        if len(parts) > 1:
            ways.append((parts, 0.8))
        for forms, weight, found in held:
            if any(word in form or form in word for form in found):
                ways += [(_form_tokens(form), weight) for form in forms if form not in found]
        out[word] = tuple(ways)
    return tuple(out.values())


def expand(question: str) -> dict[str, float]:
    """Other forms of the policy words that stand in a question, each with its weight (0..1)."""
    text = normalise(question)
    out: dict[str, float] = {}
    for forms, weight in _groups():
        held = [f for f in forms if f in text]
        if held:
            for form in forms:
                if form not in text:
                    out[form] = max(weight, out.get(form, 0.0))
    return out


@cache
def _form_tokens(form: str) -> tuple[str, ...]:
    return tuple(tokenize(form))


@cache
def _groups() -> tuple[tuple[tuple[str, ...], float], ...]:
    return tuple((tuple(dict.fromkeys(map(normalise, g.forms))), g.weight) for g in lexicon.synonyms())


def is_word(text: str) -> bool:
    """Whether jieba's dictionary or the lexicon holds a word."""
    return int(_jieba().FREQ.get(text, 0)) > 0


@cache
def common_characters() -> frozenset[str]:
    """Characters of GB 2312, all simplified: a text within them needs no conversion."""
    rows = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return frozenset(filter(None, (code.decode("gb2312", errors="ignore") for code in rows)))


@cache
def _opencc() -> Any:
    from opencc import OpenCC  # read only when a traditional or rare character turns up

    return OpenCC("t2s")


def _cache_folder() -> Path:
    """A folder of our own for jieba's compiled dictionary: never the shared temporary file it uses by itself."""
    from platformdirs import user_cache_path

    folder = Path(os.environ.get("ZHENGCE_CACHE") or user_cache_path("zhengce", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="zhengce-"))


@cache
def _jieba() -> Any:
    """jieba with its own dictionary: its common words and the lexicon, compiled once into the cache folder.

    Words that jieba itself has seen three times or less are left out: they are mostly noise, and half the load time.
    """
    import jieba

    logging.getLogger("jieba").setLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    compiled = _cache_folder() / f"words-{VERSION}-{lexicon.digest()}.bin"
    try:
        tokenizer.FREQ, tokenizer.total = marshal.loads(compiled.read_bytes())
        tokenizer.initialized = True
        return tokenizer
    except (OSError, ValueError, EOFError, TypeError):
        pass
    tokenizer.tmp_dir = str(compiled.parent)
    tokenizer.initialize()
    frequency = {word: n for word, n in tokenizer.FREQ.items() if n > 3}
    tokenizer.FREQ = {word[:i]: 0 for word in frequency for i in range(1, len(word))} | frequency
    for term in map(normalise, lexicon.terms()):
        if _WORD.fullmatch(term) and tokenizer.FREQ.get(term, 0) < 200:
            tokenizer.add_word(term, freq=max(200, tokenizer.suggest_freq(term)))
    with contextlib.suppress(OSError):
        aside = compiled.with_suffix(f".{os.getpid()}")
        aside.write_bytes(marshal.dumps((tokenizer.FREQ, tokenizer.total)))
        os.replace(aside, compiled)
        (compiled.parent / "jieba.cache").unlink(missing_ok=True)
    return tokenizer
