"""Discovery: packages, shipped plug-ins and the user's folders; what cannot be used is told and left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from live_composer import paths
from live_composer.errors import BadFile
from live_composer.rules import Context
from live_composer.rules.discovery import GROUP, Plugin, Plugins, Status, discover, load_file

if TYPE_CHECKING:
    from pathlib import Path

CALM = """
from live_composer.rules import Note, note_rule

@note_rule
def {name}(note: Note) -> float:
    '''Move by step.'''
    return -{worth} if abs(note.interval) > 7 else 0.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped plug-ins with one rule in it: the real ones have tests of their own."""
    made = tmp_path / "shipped"
    made.mkdir()
    (made / "calm.py").write_text(CALM.format(name="calm", worth=1.0))
    monkeypatch.setattr(paths, "shipped", lambda kind: made)
    return made


def install(site: Path, name: str, entry: str, module: str, source: str) -> None:
    """Lay out a package as installers do: a module, and metadata that names its entry points."""
    (site / f"{module}.py").write_text(source)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entry}\n")


def statuses(plugins: Plugins) -> dict[str, Status]:
    found = [*plugins.loaded.values(), *plugins.unusable.values()]
    return {plugin.name: plugin.status for plugin in found}


def test_the_shipped_rules_are_all_sound(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    plugins = discover()
    assert plugins.notices == []
    assert {name.partition("_")[0] for name in plugins.rules} == {"paper", "house", "close"}


def test_the_users_folder_wins_and_says_so(folder: Path, shipped: Path):
    (folder / "other_name.py").write_text(CALM.format(name="calm", worth=0.5))
    plugins = discover([folder])
    assert plugins.loaded["calm"].source == str(folder / "other_name.py")
    assert plugins.notices == [
        f"calm of {folder / 'other_name.py'} is used instead of the one of {shipped / 'calm.py'}."
    ]


def test_the_folder_named_last_wins(folder: Path, tmp_path: Path):
    second = tmp_path / "second"
    second.mkdir()
    for place in (folder, second):
        (place / "calm.py").write_text(CALM.format(name="calm", worth=0.5))
    assert discover([folder, second]).loaded["calm"].source == str(second / "calm.py")
    assert discover([second, folder]).loaded["calm"].source == str(folder / "calm.py")


def test_a_folder_named_twice_says_nothing(shipped: Path):
    assert discover([shipped]).notices == []


def test_rules_come_from_installed_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    source = CALM.format(name="first", worth=1.0) + CALM.format(name="second", worth=1.0)
    install(tmp_path, "tunes-of-mine", "tunes = tunes_of_mine", "tunes_of_mine", source)
    install(tmp_path, "one-rule", "only = one_rule:second_calm", "one_rule", CALM.format(name="second_calm", worth=1.0))
    plugins = discover()
    assert statuses(plugins) == dict.fromkeys(["calm", "first", "second", "second_calm"], Status.LOADED)
    assert plugins.loaded["first"].source == "tunes-of-mine:tunes_of_mine"
    assert plugins.loaded["second_calm"].source == "one-rule:one_rule:second_calm"


def test_shipped_rules_win_over_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: Path):
    monkeypatch.syspath_prepend(str(tmp_path))
    install(tmp_path, "late", "calm = late_rules", "late_rules", CALM.format(name="calm", worth=0.1))
    assert discover().loaded["calm"].source == str(shipped / "calm.py")


def test_a_package_that_fails_is_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    install(tmp_path, "broken", "oh = broken_rules", "broken_rules", "import nowhere_to_be_found\n")
    install(tmp_path, "gone", "away = gone_rules:nothing", "gone_rules", "")
    install(tmp_path, "leaver", "bye = leaver_rules", "leaver_rules", "raise SystemExit(0)\n")
    plugins = discover()
    assert statuses(plugins) == {
        "calm": Status.LOADED, "oh": Status.FAILED, "away": Status.FAILED, "bye": Status.FAILED
    }  # fmt: skip
    notice = "oh failed to load (broken:broken_rules): ModuleNotFoundError: No module named 'nowhere_to_be_found'."
    assert notice in plugins.notices


@pytest.mark.parametrize(
    ("source", "status", "words"),
    [
        ("import nowhere_at_all\n", Status.FAILED, "No module named 'nowhere_at_all' (bad.py, line 1)"),
        ("x = 1\ny = x / 0\n", Status.FAILED, "ZeroDivisionError: division by zero (bad.py, line 2)"),
        ("raise ValueError\n", Status.FAILED, "ValueError (bad.py, line 1)."),
        ("def broken(:\n", Status.FAILED, "SyntaxError: invalid syntax (bad.py, line 1)"),
        ("raise SystemExit('bye')\n", Status.FAILED, "SystemExit: bye"),
        ("\0", Status.FAILED, "source code string cannot contain null bytes"),
        ("x = 1\n", Status.FAILED, "it holds no rule (no @note_rule or @batch_rule)"),
        ("from live_composer.rules import note_rule\n@note_rule\ndef bad(note): return 1 / 0\n", Status.QUARANTINED,
         "it raises ZeroDivisionError: division by zero (bad.py, line 3)"),
        ("from live_composer.rules import note_rule\n@note_rule\ndef bad(note): return float('nan')\n",
         Status.QUARANTINED, "it returns nan"),
        ("from live_composer.rules import batch_rule\n@batch_rule\ndef bad(m, context): return m[:, ::-1] * 1.0\n",
         Status.QUARANTINED, "it peeks ahead"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_in_one_line(folder: Path, source: str, status: Status, words: str):
    (folder / "bad.py").write_text(source)
    plugins = discover([folder])
    assert statuses(plugins) == {"calm": Status.LOADED, "bad": status}
    (notice,) = plugins.notices
    assert notice.startswith(f"bad {status} ({folder / 'bad.py'}): ")
    assert f": {words}" in notice
    assert "\n" not in notice


def test_a_broken_file_does_not_take_a_working_rule_away(folder: Path, shipped: Path):
    (folder / "calm.py").write_text("this is no Python\n")
    plugins = discover([folder])
    assert plugins.loaded["calm"].source == str(shipped / "calm.py")
    assert len(plugins.notices) == 1


def test_files_that_are_no_plug_ins_are_passed_over(folder: Path):
    for name in ("_helper.py", ".hidden.py", "notes.txt"):
        (folder / name).write_text("raise ValueError\n")
    (folder / "folder.py").mkdir()
    plugins = discover([folder])
    assert statuses(plugins) == {"calm": Status.LOADED, "folder": Status.FAILED}


def test_the_users_files_are_loaded_as_the_caller_says_and_the_shipped_ones_here(folder: Path):
    (folder / "mine.py").touch()
    asked: list[Path] = []

    def load(path: Path) -> list[Plugin]:
        asked.append(path)
        return [Plugin("mine", "elsewhere", Status.FAILED, reason="it took too long")]

    plugins = discover([folder], load)
    assert asked == [folder / "mine.py"]
    assert statuses(plugins) == {"calm": Status.LOADED, "mine": Status.FAILED}
    assert plugins.notices == ["mine failed to load (elsewhere): it took too long."]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(BadFile, match=r"There is no plug-in folder at .*nowhere"):
        discover([tmp_path / "nowhere"])


def test_a_file_of_another_kind_is_no_rule_file(tmp_path: Path):
    path = tmp_path / "tune.mid"
    path.write_bytes(b"MThd")
    reason = "it is no Python file (its name must end in .py)"
    assert load_file(path) == [Plugin("tune", str(path), Status.FAILED, reason=reason)]


def test_a_rule_file_is_a_module_as_any_other(folder: Path):
    source = """
from __future__ import annotations
from dataclasses import dataclass
from pathlib import Path

@dataclass
class Taste:
    widest: int = 7

assert Path(__file__).name == "taste.py"
"""
    (folder / "taste.py").write_text(source + CALM.format(name="taste", worth=0.5).replace("7", "Taste().widest"))
    assert discover([folder]).notices == []


def test_a_file_saved_twice_in_a_second_is_read_as_it_is_now(folder: Path):
    for worth in (0.25, 0.75):
        (folder / "mine.py").write_text(CALM.format(name="mine", worth=worth))
        rule = discover([folder]).rules["mine"]
        assert rule(np.array([[14, 26]]), Context()).tolist() == [[0.0, -worth]]


def test_what_only_real_tunes_show_is_not_looked_for_whenever_rules_are_loaded(folder: Path):
    source = "if len(note.before) > 60: raise ValueError\n    return -{worth}"
    (folder / "mine.py").write_text(CALM.replace("return -{worth}", source).format(name="mine", worth=1.0))
    assert statuses(discover([folder])) == {"calm": Status.LOADED, "mine": Status.LOADED}


def test_two_files_of_one_name_do_not_meet(folder: Path, tmp_path: Path):
    (folder / "calm.py").write_text(CALM.format(name="mine", worth=0.5))
    assert set(discover([folder]).rules) == {"calm", "mine"}


def test_no_code_is_loaded_from_where_one_happens_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "evil.py").write_text("raise SystemExit('run!')\n")
    monkeypatch.chdir(tmp_path)
    assert not {"evil"} & {*discover().loaded, *discover().unusable}
