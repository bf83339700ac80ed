"""Strangers' files are parsed in child processes that may be slow, greedy or crash without harm to the rest.

A child serves one task after the other. It runs under a memory limit; where a task outlasts its time the child is
killed and the next task gets a fresh one. Children are started as new interpreters: forking a process that runs threads
(the app) can deadlock, and `multiprocessing` would import the app's main script again.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pickle
import queue
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ingest.model import IngestError

SECONDS = 120.0
MEMORY = 1536 * 1024 * 1024  # bytes of address space
_MOST_SECONDS = 3600.0  # a task may ask for more time than SECONDS (per page of a long PDF), never for more than this
_ROOT = Path(__file__).resolve().parents[1]

_inside = False
_reply: IO[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task: its result, or the one line that says what is wrong."""

    task: tuple[Any, ...]
    result: Any = None
    error: str | None = None


def inside() -> bool:
    """Whether this process is such a child, so that parsers may be called directly."""
    return _inside


def ask_for_time(seconds: float) -> None:
    """Called by a task that knows its work to be long (pages): sets the time it may take from now."""
    if _inside and _reply is not None:
        _send(_reply, ("time", float(seconds)))


def call(function: str, *arguments: Any, seconds: float = SECONDS, memory: int = MEMORY) -> Any:
    """Run `"module:function"` in a child and give back its result; `IngestError` on failure, time-out or crash."""
    for outcome in run_all(function, [arguments], workers=1, seconds=seconds, memory=memory):
        if outcome.error is not None:
            raise IngestError(outcome.error)
        return outcome.result
    raise AssertionError("a task has an outcome")


def run_all(
    function: str,
    tasks: Sequence[tuple[Any, ...]],
    *,
    workers: int,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> Iterator[Outcome]:
    """Run `"module:function"` on every task, `workers` at a time; outcomes in the order in which they finish.

    At most `workers` results wait to be taken, so memory is bounded by the tasks at work, not by their number.
    """
    waiting: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    finished: queue.Queue[Outcome | BaseException] = queue.Queue(maxsize=max(workers, 1))
    stop = threading.Event()

    def serve() -> None:
        child: _Child | None = None
        try:
            while not stop.is_set():
                try:
                    task = waiting.get_nowait()
                except queue.Empty:
                    return
                child = child if child is not None and child.alive else _Child(memory)
                finished.put(child.run(function, task, seconds, stop))
        except BaseException as error:  # the consumer re-raises it
            finished.put(error)
        finally:
            if child is not None:
                child.close()

    threads = [threading.Thread(target=serve, daemon=True) for _ in range(min(workers, len(tasks)))]
    for thread in threads:
        thread.start()
    try:
        for _ in tasks:
            outcome = finished.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    finally:
        stop.set()
        while any(thread.is_alive() for thread in threads):  # a full queue must not hold a thread that is to stop
            with contextlib.suppress(queue.Empty):
                finished.get_nowait()
            for thread in threads:
                thread.join(timeout=0.02)


class _Child:
    """The parent's end of one child process."""

    def __init__(self, memory: int) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [_ROOT, *_extra_paths()]))}
        environment["OMP_THREAD_LIMIT"] = environment["OPENBLAS_NUM_THREADS"] = "1"  # one core, little address space
        self._process = subprocess.Popen(
            # -P: a module named like ours in the user's folder is not ours
            [sys.executable, "-P", "-c", f"from ingest.sandbox import _serve; _serve({memory})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # so that its own children (tesseract) die with it
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._requests, self._replies = self._process.stdin, self._process.stdout
        os.set_blocking(self._replies.fileno(), False)
        self._received = bytearray()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def run(self, function: str, task: tuple[Any, ...], seconds: float, stop: threading.Event) -> Outcome:
        begin = time.monotonic()
        try:
            _send(self._requests, (function, task))
            while True:
                reply = self._receive(begin + seconds, stop)
                if reply is None:
                    self.close()
                    return Outcome(task, error=f"解析超过 {seconds:.0f} 秒，已停止：请拆分文件，或另存为文本后再导入")
                if reply[0] == "time":
                    seconds = max(seconds, min(time.monotonic() - begin + reply[1], _MOST_SECONDS))
                elif reply[0] == "done":
                    return Outcome(task, result=reply[1])
                else:
                    return Outcome(task, error=str(reply[1]))
        except (EOFError, BrokenPipeError, pickle.UnpicklingError, struct.error):
            self.close()
            return Outcome(task, error="解析程序中途崩溃，文件可能已损坏或有害：请用原程序打开后另存，再导入")

    def _receive(self, deadline: float, stop: threading.Event) -> Any:
        with selectors.DefaultSelector() as selector:
            selector.register(self._replies, selectors.EVENT_READ)
            while True:
                if len(self._received) >= 8:
                    (length,) = struct.unpack("<Q", self._received[:8])
                    if len(self._received) >= 8 + length:
                        body = bytes(self._received[8 : 8 + length])
                        del self._received[: 8 + length]
                        return _Results(io.BytesIO(body)).load()
                left = deadline - time.monotonic()
                if left <= 0 or stop.is_set():
                    return None
                if selector.select(min(left, 0.2)):
                    chunk = os.read(self._replies.fileno(), 1 << 20)
                    if not chunk:
                        raise EOFError
                    self._received += chunk

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                pipe.close()


_SENDABLE = {("datetime", "date"), ("decimal", "Decimal")} | {
    ("ingest.model", name) for name in ("Document", "Fact", "Link", "Node", "NodeKind", "Parsed", "Source", "TableSpan")
}


class _Results(pickle.Unpickler):
    """What a child may send: our dataclasses and plain values, so that a subverted child cannot make us run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _SENDABLE:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _extra_paths() -> list[str]:
    return [path for path in sys.path if path and Path(path).is_dir()]


def _send(pipe: IO[bytes], message: Any) -> None:
    body = pickle.dumps(message, protocol=5)
    pipe.write(struct.pack("<Q", len(body)) + body)
    pipe.flush()


def _serve(memory: int) -> None:
    """The child's main loop: requests on standard input, replies on what was standard output."""
    global _inside, _reply
    _limit(memory)
    requests = os.fdopen(os.dup(0), "rb")
    _reply = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    os.close(0)
    os.open(os.devnull, os.O_RDONLY)
    _inside = True
    while len(head := requests.read(8)) == 8:
        function, task = pickle.loads(requests.read(struct.unpack("<Q", head)[0]))
        try:
            module, name = function.split(":")
            result = ("done", getattr(importlib.import_module(module), name)(*task))
        except IngestError as error:
            result = ("failed", str(error))
        except MemoryError:
            result = ("failed", "解析所需内存超过限制，已停止：请拆分文件，或另存为文本后再导入")
        except RecursionError:
            result = ("failed", "文件的嵌套层次过深，可能已损坏或有害：请用原程序打开后另存，再导入")
        except Exception as error:  # a parser's own failure on a broken file; the type names it for a report
            result = ("failed", f"文件不能解析（{type(error).__name__}），可能已损坏：请用原程序打开后另存，再导入")
        _send(_reply, result)


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit alone holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
