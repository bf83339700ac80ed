"""What each document says of itself, and what the corpus does not say of any: listed here, so that a gap is seen."""

from datetime import date
from functools import cache

import pytest

from ingest import readers
from ingest.catalog import load
from ingest.metadata import read_day, split_issuers
from ingest.model import Document, IngestError, Source
from ingest.segment import parse
from ingest.workspace import bundled_corpus

CATALOG = bundled_corpus() / "catalog.yaml"


@cache
def documents() -> dict[str, Document]:
    """All documents of the corpus by id."""
    found = {}
    for path in sorted((bundled_corpus() / "sources").glob("*.txt")):
        found |= {d.id: d for d in parse(readers.read(path), load(CATALOG)).documents}
    return found


def titled(words: str) -> Document:
    """The document whose title holds the words."""
    return next(d for d in documents().values() if words in d.title)


def of(text: str, name: str = "试.txt") -> Document:
    """The first document of a text."""
    return parse(Source(name, "0" * 64, "text", text)).documents[0]


def test_the_header_of_a_notice_is_read_element_by_element() -> None:
    notice = documents()["冀政发〔2018〕3号"]
    assert (
        notice.title
        == "中共河北省委办公厅河北省人民政府办公厅关于印发《河北省“万企转型”实施方案（2018－2020年）》的通知"
    )
    assert notice.issuers == ("中共河北省委办公厅", "河北省人民政府办公厅")
    assert notice.addressees[0] == "各市（含定州、辛集市）、县（市、区）党委和人民政府"
    assert (notice.kind, notice.signed) == ("通知", date(2018, 8, 9))
    assert (notice.region, notice.region_code, notice.level) == ("河北省", "130000", "省级")
    assert (notice.valid_from, notice.valid_to) == (date(2018, 1, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("words", "region", "code", "level"),
    [
        ("2018年蓟州区新一轮中小企业创新转型行动计划的通知", "天津市蓟州区", "120119", "区县级"),
        ("宁波市关于组织开展2019年度", "宁波市", "330200", "市级"),
        ("关于征集2019年北京市市级", "北京市", "110000", "省级"),
        ("关于组织开展2019年山西省高新技术企业", "山西省", "140000", "省级"),
        ("关于调整增值税税率的通知", "全国", "000000", "国家"),
        ("关于促进中小企业健康发展的指导意见", "全国", "000000", "国家"),
        ("关于就《产业结构调整指导目录", "全国", "000000", "国家"),
        ("解读（国家税务总局河北省税务局）", "河北省", "130000", "省级"),
        ("大力促进民营经济高质量发展的若干意见", "河北省", "130000", "省级"),
    ],
)
def test_every_document_has_its_place(words: str, region: str, code: str, level: str) -> None:
    found = titled(words)
    assert (found.region, found.region_code, found.level) == (region, code, level)


@pytest.mark.parametrize(
    ("identity", "start", "end"),
    [
        ("财税〔2018〕32号", date(2018, 5, 1), None),  # 本通知自2018年5月1日起执行
        ("财税〔2018〕76号", date(2018, 1, 1), None),  # 本通知自2018年1月1日开始执行
        ("财税〔2018〕77号", date(2018, 1, 1), date(2020, 12, 31)),  # 自2018年1月1日至2020年12月31日
        ("财税〔2018〕54号", date(2018, 1, 1), date(2020, 12, 31)),  # 在…期间新购进的设备
        ("财税〔2018〕91号", date(2018, 9, 1), date(2020, 12, 31)),
        ("财税〔2017〕79号", date(2017, 1, 1), None),  # 一、自2017年1月1日起，
        ("国家税务总局公告2017年第52号", date(2018, 1, 1), date(2020, 12, 31)),
        ("冀财金〔2016〕27号", date(2016, 4, 26), date(2019, 4, 25)),  # 自发布之日起施行，有效期3年
        ("冀财金〔2015〕30号", date(2015, 7, 29), date(2018, 12, 31)),  # 试行期到2018年
        ("冀制强省办〔2018〕2号附件7", date(2018, 1, 1), date(2020, 12, 31)),  # 2018年至2020年，
        ("冀政字〔2018〕50号", date(2018, 1, 1), date(2020, 12, 31)),  # by hand, with its reason
        ("冀政发〔2018〕8号", None, None),
    ],
)
def test_validity_is_what_the_text_says_and_nothing_else(identity: str, start: date | None, end: date | None) -> None:
    found = documents()[identity]
    assert (found.valid_from, found.valid_to) == (start, end)


def test_attachments_take_over_what_they_do_not_say() -> None:
    attached = documents()["冀制强省办〔2018〕13号附件2"]
    assert attached.issuers == ("河北省制造强省建设领导小组办公室",)
    assert (attached.signed, attached.region, attached.doc_no) == (date(2018, 8, 2), "河北省", "冀制强省办〔2018〕13号")


def test_what_the_corpus_does_not_say_is_known() -> None:
    mains = [d for d in documents().values() if d.relation != "附件"]
    attached = [d for d in documents().values() if d.relation == "附件"]
    missing = {
        field: sorted(d.id for d in mains if not getattr(d, field))
        for field in ("region", "issuers", "signed", "doc_no")
    }
    assert missing["region"] == []
    assert missing["issuers"] == [
        "关于印发天津市2019年工业节能与综合利用工作要点的通知",
        "关于印发山西省绿色制造2019年行动计划的通知",
        "关于推荐2019年辽宁省两化融合管理体系贯标试点企业的通知",
        "冀办发〔2016〕54号",
        "前言",
        "河北省加快推广开展“政银保”融资工作的若干措施",
        "河北省支持中小企业融资若干措施",
    ]
    assert set(missing["signed"]) == {
        "中共中央办公厅国务院办公厅印发《关于促进中小企业健康发展的指导意见》",
        "关于印发天津市2019年工业节能与综合利用工作要点的通知",
        "关于印发山西省绿色制造2019年行动计划的通知",
        "关于推荐2019年辽宁省两化融合管理体系贯标试点企业的通知",
        "冀制强省办〔2018〕2号",
        "冀办发〔2016〕54号",
        "冀政办字〔2017〕127号",
        "冀政发〔2018〕4号",
        "冀政发〔2018〕6号",
        "前言",
        "大力促进民营经济高质量发展的若干意见",
        *(d.id for d in mains if d.relation == "解读"),
        "河北省加快推广开展“政银保”融资工作的若干措施",
        "河北省支持中小企业融资若干措施",
        "财税〔2018〕51号",
        "财税〔2018〕91号",
    }
    assert [d.id for d in attached if d.region is None] == []
    # the main document of the five-file corpus's first file is not in the corpus
    assert {d.source for d in attached if d.main_id is None} == {"000_2e16de83ba5789fd.txt"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018年8月24日", date(2018, 8, 24)),
        ("2019 年 4 月 3 日", date(2019, 4, 3)),
        ("二00八年九月二十三号", date(2008, 9, 23)),
        ("二〇一九年十二月三十一日", date(2019, 12, 31)),
        ("2018年2月30日", None),
        ("2018年8月", None),
    ],
)
def test_dates_are_read_as_written_or_not_at_all(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("line", "bodies"),
    [
        ("财政部　国家税务总局国家发展改革委", ("财政部", "国家税务总局", "国家发展改革委")),
        ("中共河北省委办公厅河北省人民政府办公厅", ("中共河北省委办公厅", "河北省人民政府办公厅")),
        ("国家税务总局河北省税务局", ("国家税务总局河北省税务局",)),
        ("省财政厅 省工业和信息化厅 河北保监局", ("省财政厅", "省工业和信息化厅", "河北保监局")),
    ],
)
def test_bodies_written_without_a_space_are_told_apart(line: str, bodies: tuple[str, ...]) -> None:
    assert split_issuers(line) == bodies


def test_a_statute_has_its_promulgation_and_its_day_of_force() -> None:
    law = of(
        "# 存款保险条例\n\n2014年10月29日 国务院第67次常务会议通过\n\n2015年2月17日 中华人民共和国国务院令第660号公布\n\n"
        "2015年5月1日 施行\n\n<!-- INFO END -->\n\n第一条 为了建立存款保险制度，制定本条例。\n\n第二条 本条例自2015年5月1日起施行。\n",
        "存款保险条例(2015-02-17).md",
    )
    assert (law.title, law.kind) == ("存款保险条例", "条例")
    assert (law.published, law.valid_from) == (date(2015, 2, 17), date(2015, 5, 1))
    assert law.id == "存款保险条例(2015-02-17)"


def test_two_versions_of_a_law_have_two_ids() -> None:
    text = "# 某某条例\n\n第一条 为了规范，制定本条例。\n"
    assert of(text, "某某条例(2015-02-17).md").id != of(text, "某某条例(2020-02-17).md").id


def test_nothing_is_guessed_where_the_text_says_nothing() -> None:
    bare = of("一些关于企业的说明文字，没有标题，也没有日期。\n\n第二段说明文字。")
    assert (bare.region, bare.signed, bare.valid_from, bare.valid_to, bare.doc_no, bare.issuers) == (None,) * 5 + ((),)


def test_a_correction_without_a_reason_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "catalog.yaml"
    path.write_text("- source: a.txt\n  set: {region: 河北省}\n", encoding="utf-8")
    with pytest.raises(IngestError, match="reason"):
        load(path)


def test_every_correction_still_names_a_document() -> None:
    titles = {(d.source, d.title) for d in documents().values()} | {(d.source, d.id) for d in documents().values()}
    sources = {d.source for d in documents().values()}
    for correction in load(CATALOG).corrections:
        assert correction.source in sources
        renamed = correction.fields.get("title", correction.title)
        assert correction.title is None or (correction.source, renamed) in titles
