"""Files by path or by address of any store that fsspec knows (s3://, gs://, hdfs:// ...): found, opened, written whole."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from dabir.errors import InputError

EXTRA = "pip install 'dabir[cluster]'"


def filesystem(place: str) -> tuple[Any, str]:
    """The file system of a path or URL and the path in it. Raises InputError for an unknown scheme or without the extra."""
    try:
        import fsspec
        import pyarrow  # noqa: F401 - what comes after needs both
    except ImportError:
        raise InputError(f"batches need more packages: {EXTRA}", place) from None
    try:
        system, path = fsspec.core.url_to_fs(place)
    except (ValueError, ImportError) as error:
        raise InputError(f"cannot be reached ({error})", place) from None
    return system, path


def joined(folder: str, *names: str) -> str:
    """A path below a folder, which may be a URL."""
    return "/".join((folder.rstrip("/"), *names))


def exists(place: str) -> bool:
    """Whether there is a file or folder."""
    system, path = filesystem(place)
    return bool(system.exists(path))


def size(place: str) -> int:
    """Bytes of a file. Raises InputError where there is none."""
    system, path = filesystem(place)
    try:
        return int(system.info(path)["size"] or 0)
    except OSError as error:
        raise InputError(why(error), place) from None


def why(error: OSError) -> str:
    """What an error of the file system means, in a few words."""
    return "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be used ({error.strerror or error})"


def remove(folder: str) -> None:
    """Take away a folder and all in it; nothing where there is none."""
    system, path = filesystem(folder)
    if system.exists(path):
        system.rm(path, recursive=True)


@contextmanager
def opened(place: str) -> Iterator[BinaryIO]:
    """A file to read from, with `seek`. Raises OSError."""
    system, path = filesystem(place)
    with system.open(path, "rb") as file:
        yield file


@contextmanager
def whole(place: str) -> Iterator[BinaryIO]:
    """A file to write that is there whole at the end or not at all, whoever else writes the same. Raises OSError."""
    system, path = filesystem(place)
    folder, _, name = path.rpartition("/")
    if folder:
        system.makedirs(folder, exist_ok=True)
    draft = f"{folder}/.{name}.{uuid.uuid4().hex}" if folder else f".{name}.{uuid.uuid4().hex}"
    try:
        with system.open(draft, "wb") as file:
            yield file
        system.mv(draft, path)
    finally:
        if system.exists(draft):
            system.rm(draft)
