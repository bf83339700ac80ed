"""`python -m evals.ingest_statutes ARCHIVE [--every N]`: are statutes segmented without loss, article by article?

Reads the Markdown files of a tar archive (shared/bench/statutes.tar.gz), segments each, and compares the clauses with a
plain count of the lines that begin with 第…条. Prints files, characters, characters not in exactly one node, articles
counted and found, files in which the two differ, and characters a second.
"""

from __future__ import annotations

import argparse
import re
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.model import NodeKind, Parsed
from ingest.readers.markdown import read
from ingest.segment import parse

# an article's number at the beginning of a line; behind it, anything but the words that make it a reference (第八条规定的…)
ARTICLE = re.compile(
    r"^[ \t\u3000#*]*第[一二三四五六七八九十百千零〇两]+条(?:之[一二三四五六七八九十]+)?(?![规的第、，,和及至与所或款中项])",
    re.M,
)


@dataclass
class Tally:
    """What was counted over the files."""

    files: int = 0
    characters: int = 0
    astray: int = 0  # characters in no node, or in two
    counted: int = 0
    found: int = 0
    seconds: float = 0.0
    differing: list[str] = field(default_factory=list)


def statutes(archive: Path, every: int = 1) -> Iterator[tuple[str, bytes]]:
    """Every n-th Markdown file of the archive: its name and bytes."""
    with tarfile.open(archive) as tar:
        n = 0
        for member in tar:
            if not member.isfile() or not member.name.endswith(".md"):
                continue
            if n % every == 0 and (file := tar.extractfile(member)) is not None:
                yield member.name.rsplit("/", 1)[-1], file.read()
            n += 1


def astray(parsed: Parsed) -> int:
    """Characters, white space aside, that are not in exactly one node (tables hold their rows and do not count)."""
    text = parsed.source.text
    seen = bytearray(len(text))
    for node in parsed.nodes:
        if node.kind is not NodeKind.TABLE:
            for at in range(node.start, node.end):
                seen[at] = min(seen[at] + 1, 2)
    return sum(seen[at] != 1 for at, char in enumerate(text) if not char.isspace())


def articles(parsed: Parsed) -> int:
    """The articles found as clauses or headings."""
    return sum(node.citable and node.number.startswith("第") and "条" in node.number for node in parsed.nodes)


def tally(files: Iterator[tuple[str, bytes]]) -> Tally:
    """Segment the files and count."""
    total = Tally()
    for name, data in files:
        source = read(name, data)
        begin = time.process_time()
        parsed = parse(source)
        total.seconds += time.process_time() - begin
        counted, found = len(ARTICLE.findall(source.text)), articles(parsed)
        total.files += 1
        total.characters += len(source.text)
        total.astray += astray(parsed)
        total.counted += counted
        total.found += found
        if counted != found:
            total.differing.append(f"{name}: {counted} lines, {found} articles")
    return total


def main(argv: list[str] | None = None) -> int:
    """Print the figures; exit 1 where a character went astray."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th file only")
    args = parser.parse_args(argv)
    total = tally(statutes(args.archive, args.every))
    print(f"files {total.files}, characters {total.characters}, astray {total.astray}")
    print(f"articles by line {total.counted}, as clauses {total.found}, files that differ {len(total.differing)}")
    for line in total.differing[:20]:
        print(f"  {line}")
    print(
        f"{total.characters / total.seconds / 1e6:.2f} million characters a second of processor time (segmentation alone)"
    )
    return 1 if total.astray else 0


if __name__ == "__main__":
    sys.exit(main())
