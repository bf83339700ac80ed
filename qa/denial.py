"""Whether a question denies something: 还没通过, 不是独立法人, 备案没做, 房地产除外. Asking (有没有, 是不是) denies nothing.

Pure: text in, yes or no out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.told import BREAK, PAUSE

_NEGATED = re.compile(
    r"(?<!是)(?<!能)(?<!会)(?<!可)(?<!有)(?<!差)"  # 是不是, 有没有 ask; 差不多
    r"(?:(?:不是|不属于?|没有?|未曾?|尚未|无|非|不|并非|不在|不含|没在)[\u4e00-\u9fff]{0,2}"
    r"|(?:没有?|未能?)(?:能|去|做|办理?|向|到|给|被|评上?|通过|获得?|取得|达到|拿到?|列入|进入?|报)[\u4e00-\u9fff]{0,5}"
    r"|(?:没有?|未|无|缺)[^,。;?]{1,10}(?:和|、|及|或|与)[^,。;?]{0,6})$"  # 没有企业文化和管理队伍
)
_NEGATED_AFTER = re.compile(  # 备案没做, 考核没达标, 房地产不涉及, 房地产项目除外
    r"(?!有没)[^,。;?]?(?:还|都|也|尚)?(?:没有?|未)(?:通过|达标|达到|办|做|过|满足|取得|拿到|认定|批|报|评上|完成|下来|合格)"
    r"|(?:项目|企业|贷款|业务|领域)?(?:都|也|均)?(?:不涉及|没有?涉及|未涉及|不含|不包括|除外|以外|之外|不沾|没碰|没投|未投|不投|不做)"
)


def negated(text: str, start: int, end: int) -> bool:
    """Whether what stands at start…end is said not to be so."""
    return bool(_NEGATED.search(text[max(0, start - 20) : start]) or _NEGATED_AFTER.match(text, end))


_NOT = re.compile(r"没有?|未能?|尚未|并非|不(?![管论仅但知用需必])|(?<!有)无(?!论)|非(?!常)|缺少?")
_NO_MATTER = re.compile(r"是否|符合|条件|规定|要求|情形|具备|具有|企业|项目|产品|河北省?|[的了已经其在和及]")


def denied(label: str, text: str) -> bool:
    """Whether the text denies what the label of a yes/no input says: 考核没通过, 没进省级计划, 成效不明显.

    A negation must stand before a piece of the label: four characters of it, half of it, or two while another piece
    stands beside. A question (有没有, 是不是) denies nothing.
    """
    core = re.sub(r"[（(][^）)]*[）)]|^[一二三四五六七八九十\d]+、", "", label)
    if "或" in core or "、" in core:
        return False
    pieces = [p for p in _NO_MATTER.split(core) if len(p) >= 2]
    whole = sum(map(len, pieces))
    for m in _NOT.finditer(text):
        follows = text[m.end() : m.end() + 1]
        if text[m.start() : m.end() + 1] in core or (follows and text[m.start() - 1 : m.start()] in (follows, "有")):
            continue  # 未上市 is what the label says; 有没有 asks
        begin = max(text.rfind(c, 0, m.start()) for c in f"{BREAK}{PAUSE}") + 1
        beside = text[begin : m.start()] + text[m.end() : m.end() + 8]
        for skip in range(3):
            said = _beginning(pieces, text[m.end() + skip : m.end() + skip + 12])
            if len(said) < 2:
                continue
            others = [q for p in pieces for q in p.replace(said, "\n").split("\n")]
            if len(said) >= 4 or 2 * len(said) >= whole or any(_touches(q, beside.replace(said, "")) for q in others):
                return True
    return False


def _beginning(pieces: Iterable[str], text: str) -> str:
    """The longest beginning of the text whose characters stand in one of the pieces, together or in this order."""
    for length in range(len(text), 1, -1):
        said = text[:length]
        if any(said in p or (length > 2 and _in_order(said, p)) for p in pieces):
            return said
    return ""


def _in_order(said: str, piece: str) -> bool:
    """新认定 stands in 新获得认定."""
    rest = iter(piece)
    return all(c in rest for c in said)


def _touches(piece: str, text: str) -> bool:
    return any(piece[i : i + 2] in text for i in range(len(piece) - 1))
