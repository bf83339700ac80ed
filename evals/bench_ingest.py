"""Benchmark: characters ingested per second, from a tenth of the statutes to all of them.

    python -m evals.bench_ingest ../shared/bench/statutes.tar.gz [--workers N]

Any folder, or tar file of text files, will do. Prints one line of JSON a share: files, characters, seconds, characters
per second, largest memory of this process and of its children (MB), store size, and the time to load all nodes.
"""

from __future__ import annotations

import argparse
import json
import resource
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.pipeline import ingest
from ingest.store import Store

SHARES = (0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run on a share of the files. `seconds` is wall time, `cpu_seconds` the work of all processes, which a busy
    machine does not change; memory is the largest so far of this program."""

    files: int
    failed: int
    characters: int
    documents: int
    nodes: int
    seconds: float
    cpu_seconds: float
    characters_per_second: int
    characters_per_cpu_second: int
    again_seconds: float  # the same files once more: nothing to redo
    load_seconds: float  # all nodes read back
    quote_seconds: float  # a passage found, caches warm
    store_mb: float
    parent_mb: float
    child_mb: float


def measure(files: Sequence[Path], folder: Path, *, workers: int | None = None) -> Measured:
    """Ingest the files into a fresh store in `folder`."""
    with Store.open(folder / "store.sqlite") as store:
        begin, worked = time.perf_counter(), _work()
        report = ingest(files, store, workers=workers)
        seconds, work = time.perf_counter() - begin, _work() - worked
        begin = time.perf_counter()
        ingest(files, store, workers=workers)
        again = time.perf_counter() - begin
        begin = time.perf_counter()
        nodes = store.nodes()
        load = time.perf_counter() - begin
        store.find_quote("没有这样一段话的")  # fills the cache
        begin = time.perf_counter()
        store.find_quote("没有这样一段话的")
        quote = time.perf_counter() - begin
        characters = sum(info.chars for info in store.sources())
        return Measured(
            files=len(report.ingested),
            failed=len(report.failed),
            characters=characters,
            documents=report.documents,
            nodes=len(nodes),
            seconds=round(seconds, 2),
            cpu_seconds=round(work, 2),
            characters_per_second=round(characters / seconds),
            characters_per_cpu_second=round(characters / work),
            again_seconds=round(again, 2),
            load_seconds=round(load, 2),
            quote_seconds=round(quote, 4),
            store_mb=round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6, 1),
            parent_mb=_memory(resource.RUSAGE_SELF),
            child_mb=_memory(resource.RUSAGE_CHILDREN),
        )


def unpack(archive: Path, folder: Path) -> list[Path]:
    """The files of a tar, or of a folder as it is. Names from the archive are flattened, so none leads elsewhere."""
    if archive.is_dir():
        return sorted(path for path in archive.rglob("*") if path.is_file())
    folder.mkdir(parents=True)
    return list(_unpacked(archive, folder))


def _unpacked(archive: Path, folder: Path) -> Iterator[Path]:
    with tarfile.open(archive) as tar:
        for number, member in enumerate(tar):
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                path = folder / f"{number:05d} {Path(member.name).name}"[:100]
                path = path.with_name(path.name if path.suffix else path.name + ".md")
                path.write_bytes(content.read())
                yield path


def _work() -> float:
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _memory(who: int) -> float:
    return round(resource.getrusage(who).ru_maxrss / 1024, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, help="a tar file or a folder of text files")
    parser.add_argument("--workers", type=int)
    arguments = parser.parse_args()
    if not arguments.files.exists():
        print(f"{arguments.files}：没有这个文件：基准数据不随项目分发")
        return 1
    with tempfile.TemporaryDirectory() as name:
        files = unpack(arguments.files, Path(name, "files"))
        for share in SHARES:
            chosen = files[:: round(1 / share)]
            folder = Path(name, f"share-{share}")
            folder.mkdir()
            print(
                json.dumps({"share": share, **asdict(measure(chosen, folder, workers=arguments.workers))}), flush=True
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
