"""Places by what people call them, and which lies in which."""

import re

import pytest

from ingest.regions import (
    NATION,
    ancestors,
    family,
    find_regions,
    leading_region,
    of_doc_no,
    place,
    places,
    related,
    strip_regions,
)


def test_every_place_has_a_six_digit_code_and_a_parent_up_to_the_nation() -> None:
    codes = [p.code for p in places().values()]
    assert len(codes) == len(set(codes))
    for found in places().values():
        assert re.fullmatch(r"\d{6}", found.code)
        assert found.name == NATION or ancestors(found.name)[-1] == NATION


def test_all_provinces_are_there() -> None:
    assert sum(p.level == "省级" for p in places().values()) == 34


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("蓟州的企业节能改造补贴多少", ["天津市蓟州区"]),
        ("天津市蓟州区", ["天津市蓟州区"]),
        ("石家庄和宁波的高企认定", ["石家庄市", "宁波市"]),
        ("河北银行的贷款", []),
        ("云计算企业", []),
        ("全国统一标准", [NATION]),
        ("怎么申请补助", []),
    ],
)
def test_places_are_found_by_full_and_short_names(text: str, found: list[str]) -> None:
    assert find_regions(text) == found


def test_a_place_is_related_to_those_above_and_below_it() -> None:
    assert related("石家庄市", "河北省")
    assert related("河北省", "石家庄")
    assert related("全国", "宁波市")
    assert not related("天津市", "河北省")
    assert not related("山西省", None)
    assert {"天津市", NATION, "天津市蓟州区"} <= family("天津市蓟州区")
    assert "石家庄市" in family("河北省")
    assert "天津市" not in family("河北省")


def test_a_title_or_an_issuer_names_its_place_first() -> None:
    assert leading_region("天津市蓟州区人民政府办公室关于印发") == "天津市蓟州区"
    assert leading_region("关于印发天津市计划") is None


def test_document_numbers_begin_with_the_place() -> None:
    assert [of_doc_no(n) for n in ("冀政发〔2018〕3号", "甬高企认领办〔2019〕2号", "晋科函〔2019〕35号", "财税〔2018〕32号")] == [
        "河北省", "宁波市", "山西省", None,
    ]  # fmt: skip


def test_a_question_can_be_asked_of_another_place() -> None:
    assert strip_regions("河北省技改怎么补") == "技改怎么补"
    assert place("不知名的地方") is None
    assert related("不知名的地方", "全国")


@pytest.mark.parametrize(
    "text", ["阿里云的企业", "大理石加工", "新兴产业区域布局", "维护长治久安", "中山路", "京津冀协同发展"]
)
def test_words_that_look_like_places_are_none(text: str) -> None:
    assert find_regions(text) == []


def test_of_places_with_one_name_none_is_chosen() -> None:
    assert find_regions("朝阳区的企业") == []
    assert find_regions("北京朝阳区的企业") == ["北京市朝阳区"]


def test_the_code_list_covers_the_country() -> None:
    assert len(places()) > 3000
    assert place("榆林") is not None
    assert ancestors("唐山市曹妃甸区") == ("唐山市", "河北省", NATION)
    assert leading_region("浙江省台湾同胞投资保障条例") == "浙江省"
