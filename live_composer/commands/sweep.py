"""`live-composer sweep`: many tunings side by side, and a report that ranks what came of them."""

from __future__ import annotations

import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from live_composer import files
from live_composer.commands.learnt import need_torch
from live_composer.commands.plugins import folders, print_table
from live_composer.commands.terminal import typed
from live_composer.config import Sweep
from live_composer.errors import BadInput, LiveComposerError, MissingExtra
from live_composer.policy import checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from live_composer.evaluate.ranking import Report, Result
    from live_composer.learn.sweep import Trial

_RESULT, _MARKDOWN, _JSON = "result.json", "sweep.md", "sweep.json"
_WIDTH = 200
_SHOWN = 4
"""Columns of a ranking that a terminal shows; the page has all."""


def sweep(file: Path, /, *, config: Sweep = Sweep()) -> int | None:
    """Tune by every combination that a file asks for, and rank what came of it.

    Parameters
    ----------
    file
        What to compare, in TOML.
    """
    need_torch()
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        raise MissingExtra("A sweep", "sweep")
    from live_composer.evaluate import ranking
    from live_composer.learn.sweep import read

    asked, trials = read(file)
    folder = (config.output or Path("runs") / file.stem).resolve()
    files.check_writable(folder / _JSON)
    plugins, command = tuple(place.resolve() for place in folders(config.plugins)), typed()
    done = {trial.name: result for trial in trials if (result := known(folder, trial, asked.melodies))}
    failed = _run(
        [trial for trial in trials if trial.name not in done],
        lambda trial: run_trial(folder, trial, asked.melodies, plugins, command),
        config.at_once,
    )
    results = [result for trial in trials if (result := known(folder, trial, asked.melodies))]
    found = ranking.report(results, failed, command)
    files.write_bytes(folder / _JSON, files.as_json(found, 1))
    files.write_text(folder / _MARKDOWN, ranking.markdown(found))
    _show(found, folder, json=config.json)
    return BadInput.exit_code if failed else None


def run_trial(folder: Path, trial: Trial, melodies: int, plugins: tuple[Path, ...], command: str) -> None:
    """Tune by one setting, or go on with it, measure the best model, and keep what was found in the trial's folder.

    Raises:
        LiveComposerError: it cannot be tuned so; the reason.
    """
    from live_composer.commands.tune import job_of
    from live_composer.evaluate import ranking
    from live_composer.learn import tuning
    from live_composer.learn.display import Silence
    from live_composer.learn.team import Team, choose_device

    place = folder / trial.name
    job = job_of(trial.setting.options(place, plugins), command, trial.setting.weights)
    outcome = tuning.tune(job, Team(choose_device("cpu")), Silence())
    if outcome and not outcome.interrupted:
        policy = checkpoint.load(str(place / trial.name)).policy()
        result = ranking.measured(trial, job.task, policy, job.command, melodies)
        files.write_bytes(place / _RESULT, msgspec.json.encode(result))


def known(folder: Path, trial: Trial, melodies: int) -> Result | None:
    """Return what came of a trial, if it was run to its end before."""
    from live_composer.evaluate.ranking import Result

    path = folder / trial.name / _RESULT
    try:
        result = msgspec.json.decode(files.read_bytes(path, "result"), type=Result)
    except (LiveComposerError, msgspec.MsgspecError):
        return None
    return result if (result.trial, result.melodies) == (trial, melodies) else None


def _run(trials: Sequence[Trial], action: Callable[[Trial], None], at_once: int) -> dict[str, str]:
    """Have Ray Tune run trials side by side; return why some came to nothing.

    What Ray keeps of them (it keeps pickles) is thrown away: a sweep goes on by the folders of its trials.
    """
    if not trials:
        return {}
    os.environ |= {"RAY_CHDIR_TO_TRIAL_DIR": "0", "RAY_AIR_NEW_OUTPUT": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    import ray
    from ray import tune

    class Tuning(tune.Trainable):
        """A trial as Ray sees it: one step long, on the main thread of its own process; it keeps its state itself."""

        def setup(self, config: dict[str, Any]) -> None:
            self.number: int = config["number"]

        def save_checkpoint(self, checkpoint_dir: str) -> None:
            pass

        def step(self) -> dict[str, Any]:
            try:
                action(trials[self.number])
            except LiveComposerError as error:
                return {"done": True, "reason": str(error)}
            return {"done": True, "reason": ""}

    ray.init(num_cpus=at_once, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            found = tune.Tuner(
                Tuning,
                param_space={"number": tune.grid_search(list(range(len(trials))))},
                run_config=tune.RunConfig(storage_path=scratch, name="sweep", verbose=0),
            ).fit()
    finally:
        ray.shutdown()
    failed: dict[str, str] = {}
    for result in found:
        number: int = (result.config or {})["number"]
        reason = str(result.error) if result.error else str((result.metrics or {}).get("reason", "it was interrupted"))
        if reason:
            failed[trials[number].name] = reason.strip().splitlines()[-1]
    return failed


def _show(found: Report, folder: Path, *, json: bool) -> None:
    if json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    for ranking in found.rankings:
        print(f"\n{ranking.title}\n")
        columns = ["+", "tuning", *(f"+{column}" for column in ranking.columns[:_SHOWN])]
        rows = [(str(place), *cells[: _SHOWN + 1]) for place, cells in enumerate(ranking.lines, 1)]
        print_table(columns, rows, _WIDTH)
    for name, reason in found.failed.items():
        print(f"{name} came to nothing: {reason}")
    print(f"\n{folder / _MARKDOWN} has all of it, and the best models lie beside it in folders of their names.")
