"""The corpus travels byte for byte."""

import hashlib
from importlib.resources import files

SHA256 = {
    "000_2e16de83ba5789fd.txt": "52d54e46d3eb25b667f1688681bb45d715ebdeb52d8543a1a225db2f3f366633",
    "001_995e29078fff7534.txt": "c8b999cbaa9f38fe771436d0c1a99e0219f8e73a3c423916b5d6f3466afa311a",
    "002_8638f2724e834911.txt": "48b9997e75547556c5a4609d4d655a916480d80228f111a5b4d31aa5d8c794d2",
    "003_6083bda8034c3915.txt": "65a9c5c14888f350540358b6b05db0787084b98416e9e968c661e5287779f632",
    "004_9b33eda3443e5a04.txt": "5f13d3546e073f1c8fc6b3f765bd7d4aef34ee5b234c176c43d550d13b767b83",
}


def test_the_five_sources_are_what_was_received() -> None:
    sources = files("corpus") / "sources"
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sources.iterdir() if p.name.endswith(".txt")}
    assert found == SHA256
