"""Whole files or none, on real failures of the system."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live_composer import files
from live_composer.errors import BadFile, CannotWrite

if TYPE_CHECKING:
    from collections.abc import Generator

posix = pytest.mark.skipif(sys.platform == "win32", reason="limits and users are POSIX's")
NOBODY = 65534


@contextlib.contextmanager
def at_most(size: int) -> Generator[None]:
    """Let the system refuse to write more than `size` bytes to a file, as a full disk does."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def without_privileges() -> Generator[None]:
    """Be nobody for a while, for root may do anything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_bytes_come_back(tmp_path: Path):
    path = tmp_path / "new" / "folder" / "file.bin"
    files.write_bytes(path, b"first")
    files.write_bytes(path, b"second")
    assert files.read_bytes(path) == b"second"
    assert list(path.parent.iterdir()) == [path]


@posix
def test_the_file_has_the_rights_that_any_new_file_has(tmp_path: Path):
    usual = tmp_path / "usual"
    usual.touch()
    files.write_text(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == usual.stat().st_mode


@posix
def test_a_file_that_others_may_not_read_stays_so(tmp_path: Path):
    tokens = tmp_path / "tokens"
    tokens.touch(mode=0o600)
    files.write_text(tokens, "x")
    assert tokens.stat().st_mode & 0o777 == 0o600


@posix
@pytest.mark.parametrize("before", [None, b"old"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, before: bytes | None):
    path = tmp_path / "big.bin"
    if before is not None:
        path.write_bytes(before)
    with at_most(4096), pytest.raises(CannotWrite, match=r"big\.bin could not be written: file too large"):
        files.write_bytes(path, bytes(100_000))
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == (
        [] if before is None else [("big.bin", before)]
    )


@posix
def test_no_permission_is_said(tmp_path: Path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with without_privileges(), pytest.raises(CannotWrite, match="permission denied"):
        files.write_bytes(folder / "file", b"x")
    assert not list(folder.iterdir())


def test_a_folder_is_no_target(tmp_path: Path):
    with pytest.raises(CannotWrite, match="it is a folder"):
        files.write_bytes(tmp_path, b"x")
    assert not list(tmp_path.iterdir())


@posix
def test_a_device_is_never_replaced(tmp_path: Path):
    device = tmp_path / "pipe"
    os.mkfifo(device)
    with pytest.raises(CannotWrite, match="it is no file"):
        files.write_bytes(device, b"x")
    assert device.is_fifo()


def test_a_file_is_no_parent(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite):
        files.write_bytes(tmp_path / "file" / "below", b"x")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_interrupted_in_the_middle_nothing_is_left(tmp_path: Path, error: type[BaseException]):
    def write_half() -> None:
        with files.whole_file(tmp_path / "half") as temporary:
            temporary.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert not list(tmp_path.iterdir())


def test_trouble_with_another_file_keeps_its_name(tmp_path: Path):
    def copy() -> None:
        with files.whole_file(tmp_path / "copy") as temporary:
            temporary.write_bytes((tmp_path / "missing").read_bytes())

    with pytest.raises(FileNotFoundError, match="missing"):
        copy()
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / "empty").touch()
    (tmp_path / "large").write_bytes(bytes(11))
    for name, words in {
        "missing": "There is no score at .*missing",
        "empty": "empty is empty, not a score",
        "large": "too large for a score .11 bytes; at most 10",
        "": "is a folder, not a score",
        "empty/below": "below cannot be read: not a directory",
    }.items():
        with pytest.raises(BadFile, match=words):
            files.read_bytes(tmp_path / name, "score", 10)
    assert files.read_bytes(tmp_path / "empty", may_be_empty=True) == b""


@posix
def test_an_unreadable_file_is_named(tmp_path: Path):
    path = tmp_path / "secret"
    path.write_bytes(b"x")
    path.chmod(0)
    with without_privileges(), pytest.raises(BadFile, match="cannot be read: permission denied"):
        files.read_bytes(path)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="pipes have no names here")
def test_what_has_no_size_is_read_to_the_limit_alone():
    reading, writing = os.pipe()
    os.write(writing, b"score")
    os.close(writing)
    with pytest.raises(BadFile, match="too large for a score"):
        files.read_bytes(Path(f"/dev/fd/{reading}"), "score", 4)
    os.close(reading)


def test_a_folder_is_written_whole(tmp_path: Path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "old").write_text("old")
    (tmp_path / "there" / "kept").write_text("kept")
    for name in ("there", "below/new"):
        with files.whole_folder(tmp_path / name) as temporary:
            files.write_text(temporary / "old", "new")
            assert not (tmp_path / name / "new").exists()
        written = {path.name: path.read_text() for path in (tmp_path / name).iterdir()}
        assert written == {"old": "new"} | ({"kept": "kept"} if name == "there" else {})


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_of_a_folder_nothing_is_left_when_writing_fails(tmp_path: Path, error: type[BaseException]):
    (tmp_path / "there").mkdir()

    def write_half(path: Path) -> None:
        with files.whole_folder(path) as temporary:
            files.write_text(temporary / "half", "half")
            raise error

    for name in ("there", "new"):
        with pytest.raises(error):
            write_half(tmp_path / name)
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="file"), files.whole_folder(tmp_path / "file"):
        pass


def test_a_file_within_is_named_where_it_would_have_come_to_lie(tmp_path: Path):
    def write_over_a_folder() -> None:
        with files.whole_folder(tmp_path / "new") as temporary:
            (temporary / "half").mkdir()
            files.write_text(temporary / "half", "x")

    with pytest.raises(CannotWrite, match="/new/half could not be written"):
        write_over_a_folder()
    assert not (tmp_path / "new").exists()


@posix
def test_without_room_for_temporary_files_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    with at_most(0), pytest.raises(CannotWrite, match="Temporary files cannot be written to any"), files.scratch():
        tempfile.TemporaryDirectory()
