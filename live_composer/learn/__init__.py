"""Learn offline: pretraining and its journal, baselines and curves."""
