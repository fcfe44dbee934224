"""Whole files and folders or none: write to a temporary name beside the target, then rename."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from live_composer.errors import BadFile, CannotWrite

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable


Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Which files there are, when they were written, and how long they are."""


def given(path: str | Path) -> Path:
    """Return a path as a person wrote it, `~` being a home; that of somebody who is not here stays as it is."""
    with contextlib.suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)


@contextlib.contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Give a temporary path to write to; on success it becomes `path`, on any failure it is gone.

    Raises:
        CannotWrite: the disk is full, the folder cannot be made or written, `path` is a folder or a device.
    """
    try:
        if path.exists() and not path.is_file():
            raise CannotWrite(f"{path} could not be written: it is {'a folder' if path.is_dir() else 'no file'}.")
        rights = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise cannot_write(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        temporary.chmod(rights)
        temporary.replace(path)
    except OSError as error:
        if error.filename not in {None, name}:
            raise  # another file's trouble
        raise cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def scratch() -> Generator[None]:
    """Turn what is wrong with the system's folder of temporary files into a sentence.

    Raises:
        CannotWrite: there is none that can be written, or its disk is full.
    """
    try:
        yield
    except OSError as error:
        where = error.filename or "any folder for them"
        raise CannotWrite(
            f"Temporary files cannot be written to {where}; free some space, or name one in TMPDIR."
        ) from error


@contextlib.contextmanager
def whole_folder(path: Path) -> Generator[Path]:
    """Give a temporary folder to write files to; on success they move into `path`, on any failure they are gone.

    Raises:
        CannotWrite: the disk is full, `path` is a file, or may not be written to.
    """
    made = not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        # Within `path`, which may be another disk than what is around it.
        temporary = Path(tempfile.mkdtemp(dir=path, prefix="."))
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield temporary
        for written in sorted(temporary.iterdir()):
            written.replace(path / written.name)
    except CannotWrite as error:
        raise CannotWrite(str(error).replace(str(temporary), str(path))) from error
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if made:
            with contextlib.suppress(OSError):  # as it holds files now
                path.rmdir()


def as_json(value: Any, indent: int = 2) -> bytes:
    """Return a value as JSON that people can read."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=indent) + b"\n"


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path`, whole or not at all."""
    write_bytes(path, text.encode())


def append_line(path: Path, text: str) -> None:
    """Add a line to a file of lines, which is made if need be.

    Raises:
        CannotWrite: it could not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        raise cannot_write(path, error) from error


def read_bytes(path: Path, what: str = "file", limit: int = 1 << 30, *, may_be_empty: bool = False) -> bytes:
    """Read a file of at most `limit` bytes.

    Raises:
        BadFile: it is missing, a folder, unreadable, empty or too large.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise BadFile(f"{path} is a folder, not a {what}.")
        if size > limit:
            raise BadFile(f"{path} is too large for a {what} ({size:,} bytes; at most {limit:,} are read).")
        data = path.read_bytes() if path.is_file() else _read_at_most(path, limit + 1)
        if len(data) > limit:
            raise BadFile(f"{path} is too large for a {what}; at most {limit:,} bytes are read.")
    except FileNotFoundError as error:
        raise BadFile(f"There is no {what} at {path}; check the path.") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {reason(error)}.") from error
    if not data and not may_be_empty:
        raise BadFile(f"{path} is empty, not a {what}.")
    return data


def stamp(paths: Iterable[Path]) -> Stamp:
    """Return what tells whether files have changed since; those that are not there are left out."""
    seen: list[tuple[str, int, int]] = []
    for path in paths:
        with contextlib.suppress(OSError):  # An editor is just writing it anew.
            stat = path.stat()
            seen.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(seen)


def check_writable(path: Path) -> None:
    """Refuse at once what could only fail later.

    Raises:
        CannotWrite: `path` is a folder, or lies where nothing may be written.
    """
    if path.is_dir():
        raise CannotWrite(f"{path} is a folder; name a file to write, such as {path / 'take.mid'}.")
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise CannotWrite(f"{path} could not be written: {folder} is no folder that you may write to.")


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """Say in one sentence why `path` could not be written."""
    return CannotWrite(f"{path} could not be written: {reason(error)}; nothing half-written is left.")


def reason(error: OSError) -> str:
    """Return the system's own words for an error, in lower case: `no space left on device`."""
    return (error.strerror or type(error).__name__).lower()


def _read_at_most(path: Path, size: int) -> bytes:
    """Read from a pipe or a device, that has no size and perhaps no end."""
    with path.open("rb") as file:
        return file.read(size)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
