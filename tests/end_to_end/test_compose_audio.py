from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import pytest

from live_composer.commands.compose import compose
from live_composer.config import Compose

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.real
def test_audio_sounds(random_model: str, tmp_path: Path):
    compose(config=Compose(model=random_model, bars=4, output=tmp_path / "out.mid", audio=tmp_path / "out.wav"))
    with wave.open(str(tmp_path / "out.wav")) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
        assert (sound.getframerate(), sound.getnchannels()) == (44_100, 2)
        assert sound.getnframes() > 8 * sound.getframerate()  # four bars at 120 are eight seconds
    assert max(samples) > 1000


@pytest.mark.real
def test_a_soundfont_that_is_none_is_refused(random_model: str, tmp_path: Path):
    (tmp_path / "font.sf2").write_bytes(b"not a font")
    with pytest.raises(Exception, match="FluidSynth could not render"):
        compose(
            config=Compose(
                model=random_model,
                bars=4,
                output=tmp_path / "out.mid",
                audio=tmp_path / "out.wav",
                soundfont=tmp_path / "font.sf2",
            )
        )
    assert [path.name for path in tmp_path.iterdir() if "wav" in path.name] == []
