"""Sound files: a MIDI file rendered by FluidSynth, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.errors import BadFile, LiveComposerError

if TYPE_CHECKING:
    from pathlib import Path

_RATE = 44_100
_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
    "/usr/local/share/fluidsynth",
    "/opt/homebrew/share/fluid-synth/sf2",
    "~/Library/Audio/Sounds/Banks",
    "~/.local/share/soundfonts",
)


def render(midi: Path, wav: Path, soundfont: Path | None = None) -> None:
    """Render `midi` to `wav`, whole or not at all.

    Raises:
        LiveComposerError: FluidSynth is not installed or failed.
        BadFile: there is no SoundFont.
        CannotWrite: `wav` could not be written.
    """
    program = shutil.which("fluidsynth")
    if program is None:
        raise LiveComposerError("Audio needs FluidSynth: install the package `fluidsynth` and a SoundFont.")
    font = soundfont or find_soundfont()
    if not font.is_file():
        raise BadFile(f"There is no SoundFont at {font}; check --soundfont.")
    with files.whole_file(wav) as temporary:
        command = [program, "-n", "-i", "-q", "-r", str(_RATE), "-T", "wav", "-F", str(temporary), str(font), str(midi)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        # FluidSynth exits with 0 even when it could not read the SoundFont; only its words tell.
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        if done.returncode or errors:
            raise LiveComposerError(f"FluidSynth could not render {wav} with {font}: {(errors or [done.stderr])[0]}.")


def can_render() -> bool:
    """Say whether FluidSynth is installed, and a SoundFont."""
    try:
        return bool(shutil.which("fluidsynth") and find_soundfont())
    except BadFile:
        return False


def find_soundfont() -> Path:
    """Return the first SoundFont in the usual places.

    Raises:
        BadFile: there is none.
    """
    for folder in _FOLDERS:
        for font in sorted(files.given(folder).glob("*.sf[23]")):
            return font
    raise BadFile("No SoundFont was found; install one (such as `fluid-soundfont-gm`) or name it with --soundfont.")
