"""The folder of an evaluation: JSON, pages, pictures, and examples to listen to, all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer import files
from live_composer.evaluate import page
from live_composer.music import audio, midi_file

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.evaluate.verdict import Verdict

JSON, MARKDOWN, HTML = "evaluation.json", "evaluation.md", "evaluation.html"


def write(folder: Path, verdict: Verdict, *, beside_paper: bool, sound: bool) -> None:
    """Write everything into a folder; what is there of other names stays.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.
        LiveComposerError: FluidSynth failed.
    """
    endings = (".mid", ".wav") if sound else (".mid",)
    with files.whole_folder(folder) as new:
        for model in verdict.models:
            for number, melody in enumerate(page.melodies(verdict, model), 1):
                name = page.example(model, number)
                midi_file.write_melody(new / f"{name}.mid", melody, name=name)
                if sound:
                    audio.render(new / f"{name}.mid", new / f"{name}.wav")
        for name, drawing in page.pictures(verdict).items():
            files.write_text(new / name, drawing)
        text = page.markdown(verdict, beside_paper=beside_paper, endings=endings)
        files.write_text(new / MARKDOWN, text)
        files.write_text(new / HTML, page.page(verdict, beside_paper=beside_paper, endings=endings))
        files.write_bytes(new / JSON, files.as_json(verdict, 1))
