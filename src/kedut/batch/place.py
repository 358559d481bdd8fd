"""Files and folders by name or URL; whatever is written appears whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from kedut.batch.errors import Stopped

_PARTIAL = ".partial"


def system(url: str) -> tuple[Any, str]:
    """Give the file system of a URL, and the path on it.

    Raises
    ------
    Stopped
        The protocol is not known, or its package is not installed.
    """
    from fsspec.core import url_to_fs

    try:
        found: tuple[Any, str] = url_to_fs(url)
    except ImportError as error:
        protocol = url.split("://", maxsplit=1)[0]
        package = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
        name = package.get(protocol, "")
        raise Stopped(
            url,
            f"{protocol}:// needs a package that is not installed ({name or error})",
            f"pip install {name}" if name else "install it, or copy the files here first",
        ) from error
    except ValueError as error:
        raise Stopped(
            url, f"cannot be understood ({error})", "give a path, file://, memory:// or s3://"
        ) from error
    return found


def _as_it_is(url: str) -> tuple[Any, str]:
    """Give the same; what was listed there before is forgotten, for others write there too."""
    files, name = system(url)
    files.invalidate_cache()
    return files, name


def local(url: str) -> Path | None:
    """Give the path of a URL on this machine; nothing for other places."""
    if "://" not in url:
        return Path(url)
    if url.startswith(("file://", "local://")):
        return Path(system(url)[1])
    return None


def absolute(url: str) -> str:
    """Give a name that means the same in another process."""
    path = local(url)
    return str(path.absolute()) if path is not None else url


def joined(folder: str, name: str) -> str:
    """Give the URL of a name in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def parted(url: str) -> tuple[str, str]:
    """Give folder and name of a URL; the folder is `.` for a bare name."""
    folder, _, name = url.rstrip("/").rpartition("/")
    return folder or ("/" if url.startswith("/") else "."), name


def reading(url: str) -> BinaryIO:
    """Open for reading.

    Raises
    ------
    OSError
    """
    path = local(url)
    if path is not None:
        return path.open("rb")
    files, name = _as_it_is(url)
    return cast("BinaryIO", io.BufferedReader(files.open(name, "rb")))


def content(url: str) -> bytes:
    """Read all."""
    with reading(url) as file:
        return file.read()


def size_of(url: str) -> int:
    """Give the size in bytes; raises OSError where there is none."""
    path = local(url)
    if path is not None:
        return path.stat().st_size
    files, name = _as_it_is(url)
    return int(files.info(name)["size"])


def is_there(url: str) -> bool:
    """Say whether there is a file or folder."""
    path = local(url)
    if path is not None:
        return path.exists()
    files, name = _as_it_is(url)
    return bool(files.exists(name))


def is_folder(url: str) -> bool:
    """Say whether there is a folder of that name."""
    path = local(url)
    if path is not None:
        return path.is_dir()
    files, name = system(url)
    return bool(files.isdir(name))


def names_in(folder: str) -> list[str]:
    """Give the names of the whole files in a folder, sorted; none where there is no folder."""
    path = local(folder)
    if path is not None:
        found = [one.name for one in path.iterdir()] if path.is_dir() else []
    else:
        files, name = _as_it_is(folder)
        there = files.ls(name, detail=False) if files.exists(name) else []
        found = [str(one).rstrip("/").rpartition("/")[2] for one in there]
    return sorted(one for one in found if not one.endswith(_PARTIAL))


def write_whole(url: str, data: bytes | memoryview) -> None:
    """Write a file that others see whole or not at all, and that outlives a loss of power.

    Raises
    ------
    OSError
    """
    path = local(url)
    if path is None:
        files, name = system(url)
        files.pipe_file(name, bytes(data))  # an object appears with its last byte
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as partial, partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a name to write to that takes the place of `path` when the context ends well."""
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{_PARTIAL}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_once(url: str, data: bytes) -> bool:
    """Write a file unless there is one; say whether it was written by us.

    On an object store this is a look and then a write: two that do so at once both write, and the
    later one stands. Whoever depends on it reads again.
    """
    path = local(url)
    if path is None:
        if is_there(url):
            return False
        write_whole(url, data)
        return True
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        return False
    return True


def remove(url: str) -> None:
    """Remove a file, or a folder with all that is in it; nothing happens where there is none."""
    path = local(url)
    if path is not None:
        if path.is_dir():
            import shutil

            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        return
    files, name = system(url)
    with contextlib.suppress(FileNotFoundError):
        files.rm(name, recursive=True)


def tidy(folder: str) -> None:
    """Remove what a process that was ended left half written in a folder."""
    path = local(folder)
    if path is not None and path.is_dir():
        for one in path.glob(f".*{_PARTIAL}"):
            one.unlink(missing_ok=True)
