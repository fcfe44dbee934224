"""Where models, config, sockets and runs live."""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path

import platformdirs

from live_composer.errors import CannotWrite

_LONGEST_SOCKET = 100
"""Bytes of a unix socket's path that every system takes (Linux 107, macOS 103)."""

_SHORT = "live-composer-"
"""How a folder for sockets begins that is made because `runtime()` is too deep."""

_PACKAGE = Path(__file__).parent


def shipped(kind: str) -> Path:
    """Return the folder of shipped things: beside the package in a checkout, inside it in a wheel."""
    checkout = _PACKAGE.parent / kind
    return (
        checkout
        if checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file()
        else _PACKAGE / "shipped" / kind
    )


def model_folders() -> list[Path]:
    """Return where models are looked up by name, first match first: the user's own, then the shipped ones."""
    return [user_data() / "models", shipped("models")]


def user_data() -> Path:
    """Return the user's data folder (`LIVE_COMPOSER_HOME` overrides it)."""
    home = os.environ.get("LIVE_COMPOSER_HOME")
    return Path(home) if home else platformdirs.user_data_path("live-composer")


def log_file() -> Path:
    """Return the file of the daemon's log; older ones lie beside it with a number."""
    home = os.environ.get("LIVE_COMPOSER_HOME")
    folder = Path(home) / "log" if home else platformdirs.user_log_path("live-composer")
    return folder / "serve.jsonl"


def takes() -> Path:
    """Return the folder of takes that were kept."""
    return user_data() / "takes"


def tokens() -> Path:
    """Return the file in which a host keeps what it knows of tokens; it need not exist."""
    return user_data() / "host-tokens"


def config_file() -> Path:
    """Return the user's config file (`LIVE_COMPOSER_CONFIG` or `LIVE_COMPOSER_HOME` move it); it need not exist."""
    named, home = os.environ.get("LIVE_COMPOSER_CONFIG"), os.environ.get("LIVE_COMPOSER_HOME")
    if named:
        return Path(named)
    return (Path(home) if home else platformdirs.user_config_path("live-composer")) / "config.toml"


def config_file_is_named() -> bool:
    """Say whether the config file was asked for by name, so that it must exist."""
    return bool(os.environ.get("LIVE_COMPOSER_CONFIG"))


def runtime() -> Path:
    """Return the folder of sockets, made so that only its user can enter it.

    Raises:
        CannotWrite: it cannot be made.
    """
    home = os.environ.get("LIVE_COMPOSER_HOME")
    if home:
        return private(Path(home) / "run")
    with warnings.catch_warnings():
        # That there is no XDG_RUNTIME_DIR is no news to anybody; the folder is a private one nevertheless.
        warnings.simplefilter("ignore")
        try:
            folder = platformdirs.user_runtime_path("live-composer")
        except FileNotFoundError:  # It tried a folder of temporary files, and found no room: this is that folder.
            folder = _temporary() / f"runtime-{os.geteuid()}" / "live-composer"
    return private(folder)


def socket(name: str) -> Path:
    """Return the path of a socket: in `runtime()`, or where that is too deep for one, in a short folder.

    Who listens there makes that folder by `private`, and takes it away by `leave`.

    Raises:
        CannotWrite: the folder of sockets cannot be made.
    """
    path = runtime() / name
    return path if len(os.fsencode(path)) <= _LONGEST_SOCKET else _short_runtime() / name


def leave(socket: Path) -> None:
    """Take a socket away, and with the last one the short folder that was made for them."""
    socket.unlink(missing_ok=True)
    if socket.parent.name.startswith(_SHORT):
        with contextlib.suppress(OSError):  # Others listen there.
            socket.parent.rmdir()


def sockets(prefix: str, suffix: str) -> list[Path]:
    """Return the sockets there are whose names begin and end so.

    Raises:
        CannotWrite: the folder of sockets cannot be made.
    """
    return [path for folder in (runtime(), _short_runtime()) for path in folder.glob(f"{prefix}*{suffix}")]


def private(folder: Path) -> Path:
    """Make a folder that only its user can enter, and return it.

    Raises:
        CannotWrite: it cannot be made, or is somebody else's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Where a link leads is no matter: whose it is may lead it elsewhere.
        theirs = hasattr(os, "getuid") and folder.lstat().st_uid != os.getuid()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CannotWrite(f"{folder} could not be made: {reason}; name another in LIVE_COMPOSER_HOME.") from error
    if theirs:
        raise CannotWrite(f"{folder} belongs to somebody else; name another in LIVE_COMPOSER_HOME.")
    return folder


def _short_runtime() -> Path:
    """Return where sockets are whose path in `runtime()` would be too long for one."""
    import hashlib

    digest = hashlib.sha256(os.fsencode(runtime())).hexdigest()[:8]
    return _temporary() / (_SHORT + digest)


def _temporary() -> Path:
    """Return the system's folder of temporary files, without trying it: a full disk must keep nobody from steering."""
    named = (Path(folder) for name in ("TMPDIR", "TEMP", "TMP") if (folder := os.environ.get(name)))
    return next((folder for folder in named if folder.is_dir()), Path("/tmp"))  # noqa: S108 - the folder in it is private
