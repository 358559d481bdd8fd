"""A process beside this one that measures recordings, until a file breaks it or none comes.

It is of no one job: whoever wants one with the same bounds gets the same process.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO

from kedut.batch.job import Job, Loader
from kedut.batch.part import Recording
from kedut.measurement.errors import BadRecording

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "NUMBA_CACHE_DIR")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_STARTING_S = 120.0  # it imports much, on a slow disk for the first time
_ENDING_S = 5.0
_BLOCK = 1 << 16
IDLE_S = 20.0  # it holds much memory, and a worker of a cluster may never get another recording


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process is started with."""

    load: Loader
    memory_bytes: int
    threads: int

    @classmethod
    def of(cls, job: Job) -> Bounds:
        """Give what a job asks of the process."""
        return cls(job.load, job.memory_bytes, job.threads)


class Reader:
    """Measures one recording after the other in a process that can be ended."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.process: subprocess.Popen[bytes] | None = None
        self.cpu_s = 0.0
        self._counted_s = 0.0  # of the process that is there now
        self._held = bytearray()

    def measure(self, job: Job, path: str, source: Recording) -> tuple[bytes, bytes]:
        """Give a recording's row and its twitches, each as a stream of Arrow.

        Raises
        ------
        BadRecording
            It cannot be measured, or not within the limits.
        """
        for again in (True, False):  # a process may be ended from outside: tried once more
            try:
                return self._measure(job, path, source)
            except EOFError:
                code = self.stop(ending=True)
                if again:
                    continue
                raise BadRecording(
                    where=source.name,
                    what=f"it ends the process that reads it, twice ({_how(code)})",
                    remedy="copy it again from the recorder, or allow more memory: --memory",
                ) from None
            except TimeoutError:
                self.stop()
                raise BadRecording(
                    where=source.name,
                    what=f"reading it got no further for {job.patience_s:g} s",
                    remedy="copy it again from the recorder, or wait longer: --patience",
                ) from None
        raise AssertionError

    def _measure(self, job: Job, path: str, source: Recording) -> tuple[bytes, bytes]:
        if self.process is not None and self.process.poll() is not None:
            self.stop()  # nothing came for a while, and it ended
        if self.process is None:
            self._start()
            self._line(_STARTING_S)
        asked = {
            "path": path,
            "name": source.name,
            "modality": source.modality or job.modality,
            "knowledge_version": job.knowledge_version,
            "software_version": job.software_version,
        }
        self._send(json.dumps(asked).encode() + b"\n")
        while True:
            patience = job.patience_s
            said = json.loads(self._line(patience))
            if "cpu_s" in said:
                self._count(said["cpu_s"])
            if "wrong" in said:
                where, what, remedy = said["wrong"]
                raise BadRecording(where=where, what=what, remedy=remedy)
            if "sizes" in said:
                row, twitches = said["sizes"]
                return self._bytes(row, patience), self._bytes(twitches, patience)

    def _count(self, cpu_s: float) -> None:
        """Count the CPU seconds of the process since it began."""
        self.cpu_s += max(0.0, cpu_s - self._counted_s)
        self._counted_s = cpu_s

    def _start(self) -> None:
        bounds = self.bounds
        self._counted_s = 0.0
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        threads = dict.fromkeys(_THREADS, str(bounds.threads))
        load = (bounds.load.__module__, bounds.load.__qualname__)
        self._held.clear()
        limits = (str(bounds.memory_bytes), str(IDLE_S))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kedut.batch.reader_process", *limits, *load],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, **threads, "MPLBACKEND": "agg"},
            start_new_session=True,
        )

    def _send(self, data: bytes) -> None:
        stream = self._stream("stdin")
        try:
            stream.write(data)
            stream.flush()
        except BrokenPipeError as error:
            raise EOFError from error

    def _stream(self, name: str) -> IO[bytes]:
        stream: IO[bytes] | None = getattr(self.process, name, None)
        if stream is None:
            raise EOFError
        return stream

    def _line(self, patience_s: float) -> bytes:
        while b"\n" not in self._held:
            self._more(patience_s)
        line, _, rest = bytes(self._held).partition(b"\n")
        self._held = bytearray(rest)
        return line

    def _bytes(self, count: int, patience_s: float) -> bytes:
        while len(self._held) < count:
            self._more(patience_s)
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def _more(self, patience_s: float) -> None:
        """Wait for more bytes; raises TimeoutError, or EOFError when the process is gone."""
        stream = self._stream("stdout")
        until = time.monotonic() + patience_s
        while not select.select([stream], [], [], max(0.0, min(1.0, until - time.monotonic())))[0]:
            if time.monotonic() >= until:
                raise TimeoutError
        block = os.read(stream.fileno(), _BLOCK)
        if not block:
            raise EOFError
        self._held += block

    def stop(self, *, ending: bool = False) -> int | None:
        """End the process with all it started; of one that is `ending` give how it ended."""
        process, self.process = self.process, None
        if process is None:
            return None
        before = _of_ended_s()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING_S if ending else 0.0)
        code = process.poll()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._count(_of_ended_s() - before)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return code


def _of_ended_s() -> float:
    """Give the CPU seconds of the processes started here that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _how(code: int | None) -> str:
    if code is None:
        return "it did not answer"
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"status {code}"
