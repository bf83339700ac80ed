"""One thing, one spelling: numbers, characters, abbreviations and typing errors meet in the index."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import lexicon, tokenizer
from index.repair import Repairer, Sounds
from index.tokenizer import chinese_number, expand, normalise, query_terms, spell_numbers, tokenize


@pytest.mark.parametrize(
    "forms",
    [
        ("2千万元", "2000万元", "两千万元", "二千万元", "20,000,000元"),
        ("1.5亿", "15000万", "1.5 亿"),
        ("百分之二十", "20%", "20％"),
        ("千分之三", "3‰"),
        ("四百五十万元", "450万元", "450 万元"),
        ("三年内", "3年内"),
        ("第二十三条", "第23条"),
        ("首台（套）", "首台(套)", "首台套"),
        ("專精特新企業補貼", "专精特新企业补贴"),
        ("冀财金〔2016〕44号", "冀财金[2016]44号", "冀财金（2016）44号", "冀财金【2016】44号"),
    ],
)
def test_spellings_of_one_thing_give_the_same_tokens(forms: tuple[str, ...]) -> None:
    for one, other in pairwise(forms):
        assert tokenize(one) == tokenize(other)


@pytest.mark.parametrize(("one", "other"), [("2000万元", "200万元"), ("3%", "3‰"), ("三年", "五年"), ("20%", "2%")])
def test_different_amounts_stay_different(one: str, other: str) -> None:
    assert tokenize(one) != tokenize(other)


@pytest.mark.parametrize("text", ["千人计划", "百强企业", "万企转型", "双百强", "千项技改"])
def test_a_bare_unit_in_a_name_is_not_a_number(text: str) -> None:
    assert spell_numbers(text) == text


@given(st.integers(0, 9999))
def test_chinese_numerals_are_read_back(n: int) -> None:
    digits, units = "零一二三四五六七八九", ("千", "百", "十", "")
    spelled = "".join(digits[int(d)] + u for d, u in zip(f"{n:04d}", units, strict=True) if d != "0")
    assert chinese_number(spelled or "零") == n


@given(st.text(max_size=60))
def test_any_text_gives_tokens_without_white_space_and_never_fails(text: str) -> None:
    tokens = tokenize(text)
    assert all(t and not any(c.isspace() for c in t) for t in tokens)


@given(st.text(alphabet="高企补贴（）〔〕2018年万亿元，。 3%ａＢ", max_size=40))
def test_reading_a_normalised_text_again_changes_nothing(text: str) -> None:
    assert tokenize(normalise(text)) == tokenize(text)


def test_white_space_and_line_breaks_inside_words_do_not_matter() -> None:
    assert tokenize("重\n\n要 力量，500 万元") == tokenize("重要力量，500万元")


@pytest.mark.parametrize("term", ["高新技术企业", "留抵退税", "两化融合", "全国中小企业股份转让系统", "专精特新"])
def test_policy_terms_are_kept_whole(term: str) -> None:
    assert term in tokenize(f"申请{term}认定")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("高企", "高新技术企业"),
        ("技改", "技术改造"),
        ("新三板", "全国中小企业股份转让系统"),
        ("残保金", "残疾人就业保障金"),
    ],
)
def test_a_question_looks_for_the_full_name_of_an_abbreviation_and_back(said: str, written: str) -> None:
    assert normalise(written) in expand(f"{said}有什么政策")
    assert normalise(said) in expand(f"{written}有什么政策")
    assert set(tokenize(written)) <= set(query_terms(f"{said}有什么政策"))


def test_a_near_synonym_weighs_less_than_the_word_itself() -> None:
    terms = query_terms("设备补贴")
    assert terms["补贴"] == 1.0
    assert 0 < terms["奖励"] < 1


def test_question_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert "多少" not in query_terms("补贴多少")
    assert query_terms("多少")


def test_every_synonym_group_has_a_reason_a_weight_and_two_forms() -> None:
    for group in lexicon.synonyms():
        assert len(group.forms) >= 2 and 0 < group.weight <= 1 and group.reason


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    words = ["补贴", "挂牌", "综合", "保险", "申报", "贴现", "审核", "奖励", "费率", "上限", "停产", "保费"]
    sounds = Sounds.of(dict.fromkeys(words, 5))
    return Repairer(words, lambda: sounds)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("保险补帖多少", "保险补贴多少"),
        ("新三版挂牌", "新三板挂牌"),
        ("首台套综和险", "首台套综合险"),
        ("清洁生产审合", "清洁生产审核"),
        ("费律上限", "费率上限"),
        ("错锋停产", "错峰停产"),
    ],
)
def test_words_typed_by_sound_are_put_right(repairer: Repairer, wrong: str, right: str) -> None:
    assert repairer(wrong) == right


@pytest.mark.parametrize(
    "text", ["河北省首台套保险补贴", "充电桩补贴", "高企认定条件", "MLF 合格担保品", "石家庄市", "12345", ""]
)
def test_what_is_spelt_right_is_left_alone(repairer: Repairer, text: str) -> None:
    assert repairer(text) == text


def test_simplified_text_does_not_load_the_converter(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AssertionError("converter loaded")

    monkeypatch.setattr(tokenizer, "_opencc", fail)
    assert normalise("财税〔2018〕77号，给予补贴") == "财税〔2018〕77号,给予补贴"
