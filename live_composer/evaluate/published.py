"""What the paper reports: Table 1 of Jaques et al. 2016 (100,000 compositions a model, c = .5)."""

from __future__ import annotations

NAMES = ("Note RNN", "Q", "Psi", "G")

TABLE: dict[str, tuple[float, float, float, float]] = {
    "repeated": (0.633, 0.0, 0.0002, 0.0003),
    "autocorrelation_1": (-0.16, -0.11, -0.10, 0.55),
    "autocorrelation_2": (0.14, 0.03, -0.01, 0.31),
    "autocorrelation_3": (-0.13, 0.03, 0.01, 0.17),
    "out_of_key": (0.001, 0.01, 0.006, 0.287),
    "tonic_start": (0.009, 0.288, 0.287, 0.0),
    "leaps_resolved": (0.772, 0.911, 0.90, 0.522),
    "highest_once": (0.647, 0.564, 0.594, 0.371),
    "lowest_once": (0.494, 0.519, 0.583, 0.565),
    "motif": (0.059, 0.757, 0.738, 0.693),
    "repeated_motif": (0.00007, 0.0011, 0.0009, 0.0001),
}
"""By the key of a row: shares from 0 to 1, and mean autocorrelations."""

DIFFERENCES = """The paper's columns are as printed there, and were reached under other conditions: its Note RNN
learnt from melodies out of 30,000 MIDI songs that were never published, ours from folk tunes; its authors' code swaps
the events of hold and note off between network and rules; its melodies are primed with one random event, ours begin
with nothing."""
