"""Every module says its one job in its first line, and nothing can run code that hides in data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "live_composer").rglob("*.py"))
SCRIPTS = sorted(path for folder in ("benchmarks", "scripts", "docs") for path in (ROOT / folder).rglob("*.py"))
UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {"torch.load", "eval", "exec", "yaml.load"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=name_of)
def test_the_first_line_says_the_job(path: Path):
    first = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]
    assert len(first) > 10, "a module begins with a docstring that says its job in one line"
    assert first[-1] in ".:", f"the first line is a whole sentence, not {first!r}"


def unsafe(source: str) -> list[str]:
    """Return what could run code from data: imports of picklers, torch.load, allow_pickle=True, eval."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in UNSAFE_MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNSAFE_MODULES:
            found.append(node.module or "")
        elif isinstance(node, ast.Call):
            found += [call for call in [ast.unparse(node.func)] if call in UNSAFE_CALLS]
            found += [
                "allow_pickle"
                for keyword in node.keywords
                if keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False"
            ]
    return found


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=name_of)
def test_no_pickle_anywhere(path: Path):
    assert unsafe(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from joblib import load", "torch.load(path)", "np.load(path, allow_pickle=True)", "eval(text)"],
)
def test_what_is_unsafe_is_seen(source: str):
    assert len(unsafe(source)) == 1
