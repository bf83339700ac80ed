"""The store of record: one SQLite file (WAL) a workspace; every change of a source is one transaction.

Texts are kept once, with their source; a node's text is a slice of it, so what is read back is the source verbatim.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from ingest.model import (
    CITABLE,
    Document,
    Fact,
    IngestError,
    Link,
    Node,
    NodeKind,
    Parsed,
    Source,
    TableSpan,
)

SCHEMA_VERSION = 1
_APPLICATION_ID = 0x5A434345  # "ZCCE": tells our files from any other SQLite database

_SCHEMA = """
CREATE TABLE sources (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, format TEXT NOT NULL,
    encoding TEXT NOT NULL, text TEXT NOT NULL, chars INTEGER NOT NULL, pages TEXT NOT NULL, tables TEXT NOT NULL,
    source_warnings TEXT NOT NULL, parsed_warnings TEXT NOT NULL, segmenter TEXT NOT NULL, content TEXT NOT NULL
);
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY, source_seq INTEGER NOT NULL REFERENCES sources(seq) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, title TEXT NOT NULL,
    kind TEXT NOT NULL, doc_no TEXT, issuers TEXT NOT NULL, addressees TEXT NOT NULL, region TEXT, region_code TEXT,
    level TEXT, signed TEXT, published TEXT, valid_from TEXT, valid_to TEXT, main_id TEXT, relation TEXT
);
CREATE INDEX documents_by_source ON documents(source_seq);
CREATE TABLE nodes (
    seq INTEGER PRIMARY KEY, source_seq INTEGER NOT NULL REFERENCES sources(seq) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL, parent_id TEXT, "order" INTEGER NOT NULL, kind TEXT NOT NULL,
    number TEXT NOT NULL, path TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, page INTEGER,
    columns TEXT NOT NULL, cells TEXT NOT NULL
);
CREATE INDEX nodes_by_source ON nodes(source_seq);
CREATE INDEX nodes_by_document ON nodes(document_id, "order");
CREATE INDEX nodes_by_parent ON nodes(parent_id);
CREATE TABLE facts (
    seq INTEGER PRIMARY KEY, source_seq INTEGER NOT NULL REFERENCES sources(seq) ON DELETE CASCADE,
    clause_id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    value TEXT, upper TEXT, unit TEXT NOT NULL, bound TEXT NOT NULL, day TEXT
);
CREATE INDEX facts_by_source ON facts(source_seq);
CREATE INDEX facts_by_clause ON facts(clause_id);
CREATE TABLE links (
    seq INTEGER PRIMARY KEY, source_seq INTEGER NOT NULL REFERENCES sources(seq) ON DELETE CASCADE,
    clause_id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    target_id TEXT
);
CREATE INDEX links_by_source ON links(source_seq);
CREATE INDEX links_by_clause ON links(clause_id);
"""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What the catalogue says of a source; `chars` counts the decoded text, `documents` those found in it."""

    name: str
    sha256: str
    format: str
    encoding: str
    chars: int
    documents: int
    warnings: tuple[str, ...]
    segmenter: str  # the version of the segmenter that made its clauses


class Store:
    """Documents, nodes, facts and links of all sources. Safe to share between threads; readers may be other processes.

    Every method raises `IngestError` where the file is broken or cannot be written.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()
        self._changes = 0  # our own commits; those of other processes show in PRAGMA data_version
        self._cache: dict[str, tuple[tuple[int, int], Any]] = {}

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> Store:
        """Open the store in the file `path`, made with its folder where it is missing and `create` is set."""
        if not create and not path.is_file():
            raise IngestError(f"工作区里还没有资料（{path} 不存在）：请先运行 zhengce ingest")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise IngestError(f"工作区不能打开（{path}：{error}）：请用 --workspace 换一个可写的文件夹") from error
        store = cls(connection, path)
        try:
            store._prepare()
        except BaseException:
            connection.close()
            raise
        return store

    def _prepare(self) -> None:
        again = f"请删除 {self._path} 后重新运行 zhengce ingest"
        with self._database() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            owner = db.execute("PRAGMA application_id").fetchone()[0]
            empty = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if not empty and owner != _APPLICATION_ID:
                raise IngestError(f"{self._path} 不是本程序的数据库：请用 --workspace 换一个文件夹")
            if not empty and version < SCHEMA_VERSION:
                raise IngestError(f"工作区由旧版本建立（结构 {version}，本程序为 {SCHEMA_VERSION}）：{again}")
            if version > SCHEMA_VERSION:
                raise IngestError(
                    f"工作区由较新的版本建立（结构 {version}，本程序为 {SCHEMA_VERSION}）："
                    "请升级 zhengce，或用 --workspace 换一个文件夹"
                )
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA cache_size = -65536")  # KiB: the indexes of a large store
            db.execute("PRAGMA wal_autocheckpoint = 8000")  # pages
        if empty:
            with self._transaction() as db:
                if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:  # no other process was faster
                    for statement in _SCHEMA.split(";"):
                        db.execute(statement)
                    db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing

    def replace(self, parsed: Parsed, *, segmenter: str = "") -> None:
        """Put a source in the place of what the store holds under its name, in one transaction.

        A document id that another source already uses gets a suffix made of this source's name, and so do its nodes.
        `segmenter` names the version of the code that made `parsed`; `SourceInfo` gives it back.
        """
        source = parsed.source
        with self._transaction() as db:
            db.execute("DELETE FROM sources WHERE name = ?", (source.name,))
            ids = [document.id for document in parsed.documents]
            taken = {id for id in ids if db.execute("SELECT 1 FROM documents WHERE id = ?", (id,)).fetchone()}
            parsed = _without_collisions(parsed, taken)
            seq = db.execute(
                "INSERT INTO sources VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    source.name,
                    source.sha256,
                    source.format,
                    source.encoding,
                    source.text,
                    len(source.text),
                    json.dumps(source.pages),
                    json.dumps([(table.start, table.end, table.rows) for table in source.tables]),
                    _encode(source.warnings),
                    _encode(parsed.warnings),
                    segmenter,
                    _content_digest(parsed),
                ),
            ).lastrowid
            assert seq is not None
            _DOCUMENTS.insert(db, seq, parsed.documents)
            _NODES.insert(db, seq, parsed.nodes)
            _FACTS.insert(db, seq, parsed.facts)
            _LINKS.insert(db, seq, parsed.links)

    def remove(self, source: str) -> bool:
        """Take a source and all that was made of it out; False where the store has none of that name."""
        with self._transaction() as db:
            return db.execute("DELETE FROM sources WHERE name = ?", (source,)).rowcount > 0

    # --- sources

    def sources(self) -> list[SourceInfo]:
        """All sources, by name."""
        with self._database() as db:
            rows = db.execute(
                "SELECT name, sha256, format, encoding, chars, source_warnings, parsed_warnings, segmenter,"
                " (SELECT count(*) FROM documents WHERE source_seq = sources.seq) AS documents"
                " FROM sources ORDER BY name"
            ).fetchall()
        return [
            SourceInfo(
                row["name"],
                row["sha256"],
                row["format"],
                row["encoding"],
                row["chars"],
                row["documents"],
                _decode(row["source_warnings"]) + _decode(row["parsed_warnings"]),
                row["segmenter"],
            )
            for row in rows
        ]

    def source(self, name: str) -> Source:
        """The source as it was read; `IngestError` where there is none of that name."""
        with self._database() as db:
            row = db.execute("SELECT * FROM sources WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise IngestError(f"工作区里没有来源“{name}”：zhengce documents 列出现有的文件")
        tables = (
            TableSpan(start, end, tuple(tuple((cell[0], cell[1]) for cell in cells) for cells in rows))
            for start, end, rows in json.loads(row["tables"])
        )
        return Source(
            name=row["name"],
            sha256=row["sha256"],
            format=row["format"],
            text=row["text"],
            encoding=row["encoding"],
            pages=tuple(json.loads(row["pages"])),
            tables=tuple(tables),
            warnings=_decode(row["source_warnings"]),
        )

    def source_text(self, name: str) -> str:
        """The decoded text that all spans of the source point into."""
        with self._database() as db:
            row = db.execute("SELECT text FROM sources WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise IngestError(f"工作区里没有来源“{name}”：zhengce documents 列出现有的文件")
        return str(row["text"])

    def digest(self) -> str:
        """Changes exactly when a document, node, fact or link does: what an index is built for (hex)."""
        with self._database() as db:
            rows = db.execute("SELECT content FROM sources ORDER BY name").fetchall()
        return hashlib.sha256("\n".join([str(SCHEMA_VERSION), *(row[0] for row in rows)]).encode()).hexdigest()

    # --- documents and nodes

    def documents(self) -> list[Document]:
        """All documents: sources by name, within a source in reading order."""
        with self._database() as db:
            rows = db.execute(f"SELECT {_DOCUMENTS.columns} FROM documents ORDER BY source, seq").fetchall()
        return [_DOCUMENTS.decode(row) for row in rows]

    def document(self, id: str) -> Document | None:
        with self._database() as db:
            row = db.execute(f"SELECT {_DOCUMENTS.columns} FROM documents WHERE id = ?", (id,)).fetchone()
        return None if row is None else _DOCUMENTS.decode(row)

    def nodes(self, document_id: str | None = None, kinds: Collection[NodeKind] | None = None) -> list[Node]:
        """The nodes of one document or of all, in reading order; only those of `kinds` where given."""
        where, values = "", []
        if document_id is not None:
            where, values = " WHERE document_id = ?", [document_id]
        if kinds is not None:
            where += (" AND" if where else " WHERE") + f" kind IN ({', '.join('?' * len(kinds))})"
            values += [kind.value for kind in kinds]
        return self._nodes(where, values)

    def clauses(self) -> list[Node]:
        """All nodes that can be retrieved and cited, in reading order."""
        return self.nodes(kinds=CITABLE)

    def node(self, id: str) -> Node | None:
        found = self._nodes(" WHERE id = ?", [id])
        return found[0] if found else None

    def children(self, id: str) -> list[Node]:
        """The nodes right below a node, in reading order."""
        return self._nodes(" WHERE parent_id = ?", [id])

    def neighbours(self, id: str) -> tuple[Node | None, Node | None]:
        """The citable nodes before and after a node in its document."""
        node = self.node(id)
        if node is None:
            return None, None
        kinds = [kind.value for kind in CITABLE]
        marks = ", ".join("?" * len(kinds))
        here = [node.document_id, *kinds, node.order]
        before = self._nodes(
            f' WHERE document_id = ? AND kind IN ({marks}) AND "order" < ? ORDER BY "order" DESC LIMIT 1', here
        )
        after = self._nodes(
            f' WHERE document_id = ? AND kind IN ({marks}) AND "order" > ? ORDER BY "order" LIMIT 1', here
        )
        return (before[0] if before else None), (after[0] if after else None)

    def find_quote(self, quote: str, source: str | None = None) -> Node | None:
        """The smallest citable node whose text holds the quote, compared after NFKC and without white space."""
        wanted = comparable(quote)
        if not wanted:
            return None
        entries: list[tuple[str, str, Node]] = self._cached("quotes", self._quotable)
        for text, name, node in entries:
            if wanted in text and (source is None or source == name):
                return node
        return None

    def _quotable(self) -> list[tuple[str, str, Node]]:
        source_of = {document.id: document.source for document in self.documents()}
        texts = [(comparable(node.text), source_of.get(node.document_id, ""), node) for node in self.clauses()]
        return sorted(texts, key=lambda entry: len(entry[0]))

    def _nodes(self, clause: str, values: list[Any]) -> list[Node]:
        with self._snapshot() as db:
            ordered = clause if "ORDER BY" in clause else clause + " ORDER BY seq"
            rows = db.execute(f"SELECT {_NODES.columns}, source_seq, start, end FROM nodes{ordered}", values).fetchall()
            names: dict[int, str] = {}
            texts: dict[int, str] = {}
            for seq in {row[-3] for row in rows}:
                names[seq], texts[seq] = db.execute("SELECT name, text FROM sources WHERE seq = ?", (seq,)).fetchone()
        if len(names) > 1:
            rows.sort(key=lambda row: names[row[-3]])  # stable: reading order within a source is kept
        return [_NODES.decode(row, texts[row[-3]][row[-2] : row[-1]]) for row in rows]

    # --- facts and links

    def facts(self, clause_id: str | None = None) -> list[Fact]:
        """The facts of one clause or of all, in reading order."""
        where, values = ("", ()) if clause_id is None else (" WHERE clause_id = ?", (clause_id,))
        with self._database() as db:
            rows = db.execute(f"SELECT {_FACTS.columns} FROM facts{where} ORDER BY seq", values).fetchall()
        return [_FACTS.decode(row) for row in rows]

    def links(self, document_id: str | None = None) -> list[Link]:
        """The references that stand in one document or in all, each with its target where the store holds it.

        Targets in other sources are looked up when asked, so the order in which files were ingested does not matter.
        """
        sql = f"SELECT {_LINKS.columns}, nodes.document_id FROM links JOIN nodes ON nodes.id = links.clause_id"
        where, values = ("", ()) if document_id is None else (" WHERE nodes.document_id = ?", (document_id,))
        with self._snapshot() as db:
            rows = db.execute(f"{sql}{where} ORDER BY links.seq", values).fetchall()
            titles: dict[str, str] = self._cached("titles", lambda: _title_index(self.documents()))
            known: set[str] = self._cached("ids", lambda: {document.id for document in self.documents()})
        found = []
        for row in rows:
            link = _LINKS.decode(row)
            if link.target_id not in known:
                names = (link.text, *re.findall(r"《(.+?)》", link.text))
                target = next((titles[key] for name in names if (key := _reference(name)) in titles), None)
                link = replace(link, target_id=target if target != row["document_id"] else None)
            found.append(link)
        return found

    def links_to(self, document_id: str) -> list[Link]:
        """The references to a document from anywhere in the store."""
        return [link for link in self._cached("links", self.links) if link.target_id == document_id]

    # --- the database

    def _cached(self, key: str, make: Callable[[], Any]) -> Any:
        with self._snapshot() as db:
            state = (self._changes, db.execute("PRAGMA data_version").fetchone()[0])
            held = self._cache.get(key)
            if held is None or held[0] != state:
                self._cache[key] = held = (state, make())
            return held[1]

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The connection, held by one thread at a time; SQLite's errors become one line that says what to do."""
        with self._lock:
            try:
                self._connection.row_factory = sqlite3.Row
                yield self._connection
            except sqlite3.OperationalError as error:
                if "locked" in str(error):
                    raise IngestError(f"工作区正被另一个 zhengce 写入（{self._path}）：请等它结束后再试") from error
                raise IngestError(
                    f"工作区不能读写（{self._path}：{error}）：请检查磁盘空间和权限，或用 --workspace 换一个文件夹"
                ) from error
            except sqlite3.IntegrityError as error:  # ours, not the user's: two nodes of one id
                raise IngestError(f"条款编号重复，未存入（{error}）：请报告此问题并附上该文件") from error
            except sqlite3.DatabaseError as error:
                raise IngestError(
                    f"工作区已损坏（{self._path}：{error}）：请删除该文件后重新运行 zhengce ingest"
                ) from error

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """Several reads that see one state, whatever other processes write meanwhile."""
        with self._database() as db:
            nested = db.in_transaction
            if not nested:
                db.execute("BEGIN")
            try:
                yield db
            finally:
                if not nested and db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._database() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
                self._changes += 1
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise


def comparable(text: str) -> str:
    """Text as quotes are compared: NFKC, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


Row = TypeVar("Row")


class _Table(Generic[Row]):
    """A dataclass kept as a table: tuples as JSON, dates as ISO, decimals as text."""

    def __init__(self, name: str, row: type[Row], *, derived: str = "") -> None:
        kinds = {item.name: str(item.type) for item in fields(row) if item.name != derived}  # type: ignore[arg-type]
        self._row = row
        self._names = tuple(kinds)
        self._decoders = [(place, decode) for place, kind in enumerate(kinds.values()) if (decode := _decoder(kind))]
        self._derived_place = [item.name for item in fields(row)].index(derived) if derived else None  # type: ignore[arg-type]
        self.columns = ", ".join(f'{name}."{column}"' for column in self._names)
        marks = ", ".join("?" * (len(self._names) + 1))
        names = ", ".join(f'"{column}"' for column in self._names)
        self._insert = f"INSERT INTO {name} (source_seq, {names}) VALUES ({marks})"

    def insert(self, db: sqlite3.Connection, source_seq: int, rows: Iterable[Row]) -> None:
        names = self._names
        db.executemany(self._insert, ((source_seq, *[_encode(getattr(row, name)) for name in names]) for row in rows))

    def decode(self, stored: Sequence[Any], derived: Any = None) -> Row:
        """The row of which `columns` were selected first, in this order; `derived` is the field that is not stored."""
        values = list(stored[: len(self._names)])
        for place, decode in self._decoders:
            values[place] = decode(values[place])
        if self._derived_place is not None:
            values.insert(self._derived_place, derived)
        return self._row(*values)


def _encode(value: Any) -> Any:
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False) if value else "[]"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, NodeKind)) else value


def _decoder(kind: str) -> Callable[[Any], Any] | None:
    if kind.startswith("tuple"):
        return _decode
    if kind == "NodeKind":
        return {kind.value: kind for kind in NodeKind}.__getitem__
    return {
        "date | None": lambda value: None if value is None else date.fromisoformat(value),
        "Decimal | None": lambda value: None if value is None else Decimal(value),
    }.get(kind)


@lru_cache(maxsize=4096)  # the nodes of a chapter share their path
def _decode(value: str) -> tuple[str, ...]:
    return tuple(json.loads(value))


_DOCUMENTS = _Table("documents", Document)
_NODES = _Table("nodes", Node, derived="text")
_FACTS = _Table("facts", Fact)
_LINKS = _Table("links", Link)


def _content_digest(parsed: Parsed) -> str:
    digest = hashlib.sha256(f"{parsed.source.name}\n{parsed.source.sha256}".encode())
    for row in (*parsed.documents, *parsed.nodes, *parsed.facts, *parsed.links):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _without_collisions(parsed: Parsed, taken: set[str]) -> Parsed:
    """Give documents whose id another source holds a suffix made of this source's name, and their nodes too."""
    ids = [document.id for document in parsed.documents]
    if len(set(ids)) != len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise IngestError(f"{parsed.source.name}：文件编号“{twice}”在同一来源里出现两次，请报告此问题")
    clashing = set(ids) & taken
    if not clashing:
        return parsed
    suffix = "~" + hashlib.sha256(parsed.source.name.encode()).hexdigest()[:6]
    renamed = {id: id + suffix for id in clashing}

    def document_id(id: str | None) -> Any:
        return renamed.get(id, id) if id is not None else None

    node_ids: dict[str, str] = {}
    for node in parsed.nodes:
        if (new := renamed.get(node.document_id)) is not None:
            tail = node.id.removeprefix(node.document_id)
            node_ids[node.id] = new + tail if tail != node.id else node.id + suffix

    def node_id(id: str | None) -> Any:
        return node_ids.get(id, id) if id is not None else None

    return replace(
        parsed,
        documents=tuple(replace(d, id=document_id(d.id), main_id=document_id(d.main_id)) for d in parsed.documents),
        nodes=tuple(
            replace(n, id=node_id(n.id), document_id=document_id(n.document_id), parent_id=node_id(n.parent_id))
            for n in parsed.nodes
        ),
        facts=tuple(replace(f, clause_id=node_id(f.clause_id)) for f in parsed.facts),
        links=tuple(
            replace(k, clause_id=node_id(k.clause_id), target_id=document_id(k.target_id)) for k in parsed.links
        ),
    )


_PUNCTUATION = re.compile(r"[^\w]+")


def _reference(text: str) -> str:
    """A title or document number as references are compared: without white space, brackets and punctuation."""
    return _PUNCTUATION.sub("", comparable(text))


def _title_index(documents: list[Document]) -> dict[str, str]:
    """Document ids by number, title, the title it issues (印发《…》), and the title without its issuers.

    Where several documents answer to one name, the nearer match wins, then a main document over an attachment.
    """
    index: dict[str, str] = {}
    documents = sorted(documents, key=lambda document: document.relation is not None)
    for keys in (_full_names, _issued_titles, _bare_titles):
        for document in documents:
            for key in keys(document):
                if len(reference := _reference(key)) >= 4:
                    index.setdefault(reference, document.id)
    return index


def _full_names(document: Document) -> list[str]:
    return [name for name in (document.doc_no, document.title) if name]


def _issued_titles(document: Document) -> list[str]:
    return re.findall(r"[印转]发《([^《》]+)》", document.title) if document.relation != "解读" else []


def _bare_titles(document: Document) -> list[str]:
    title = comparable(document.title)
    for issuer in map(comparable, document.issuers):
        title = title.removeprefix(issuer)
    return [title] if title != comparable(document.title) and document.relation != "解读" else []
