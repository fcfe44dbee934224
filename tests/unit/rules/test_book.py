"""Rule books: read with a sentence for every mistake; a rule that fails in use is switched off, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from live_composer.errors import BadFile
from live_composer.music.key import Key
from live_composer.rules import Context, Note, Rewards, Rule, Tokens, batch_rule, note_rule
from live_composer.rules.book import RuleBook
from live_composer.rules.book_file import books, find, load, weights
from live_composer.rules.discovery import Plugin, Plugins, Status, discover

if TYPE_CHECKING:
    from pathlib import Path

MELODIES = np.array([[14, 26, 1, 0], [14, 16, 18, 19]])


@note_rule
def leaps(note: Note, *, widest: int = 7, scale: float = 1.0) -> float:
    """Do not leap."""
    return -1.0 / scale if abs(note.interval) > widest else 0.0


@batch_rule
def late(melodies: Tokens, context: Context) -> Rewards:
    """Raise, but only once the tune is known."""
    if (melodies == 37).any():
        raise ValueError("thirty-seven!")
    return np.ones(melodies.shape)


@batch_rule
def late_nan(melodies: Tokens, context: Context) -> Rewards:
    return np.where(melodies == 37, np.nan, 1.0)


@batch_rule
def late_shape(melodies: Tokens, context: Context) -> Rewards:
    return np.ones(3) if (melodies == 37).any() else np.ones(melodies.shape)


@batch_rule
def bytes_an_event(melodies: Tokens, context: Context) -> Rewards:
    return np.full(melodies.shape, float(melodies.itemsize))


@note_rule
def tires(note: Note, *, after: int = 70) -> float:
    """Fail in long melodies, as only real tunes are."""
    return 1.0 / max(0, after - len(note.before))


@batch_rule
def meddles(melodies: Tokens, context: Context) -> Rewards:
    melodies[:] = 1
    return np.ones(melodies.shape)


RULES = [leaps, tires, late, late_nan, late_shape, meddles]
BROKEN = Plugin("broken", "broken.py", Status.FAILED, reason="SyntaxError: oh")
KNOWN = Plugins({rule.name: Plugin(rule.name, "", Status.LOADED, rule) for rule in RULES}, {"broken": BROKEN})


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_a_book_is_read(tmp_path: Path):
    head = 'help = "Calm."\nkey = "D dorian"\nlength = 64\nphrase = 8\n'
    book = load(written(tmp_path, head + "[rules]\nleaps = {weight = 2, widest = 5}\nlate = 1\n"), KNOWN)
    assert (book.name, book.help, book.key, book.length, book.phrase) == ("mine", "Calm.", Key(2, "dorian"), 64, 8)
    assert book.weights == {"leaps": 2, "late": 1}
    assert book.rules[0].parameters == {"widest": 5, "scale": 1.0}
    assert book.context(first_step=4) == Context(key=Key(2, "dorian"), length=64, phrase=8, first_step=4)
    book = load(written(tmp_path, "[rules]\nleaps = {widest = 5}\n"), KNOWN)
    assert (book.weights, book.key, book.length, book.phrase, book.help) == ({"leaps": 1}, Key(), None, 4, "")
    book = load(written(tmp_path, "length = 1\nphrase = 1\n[rules]\nleaps = 1\n"), KNOWN)
    assert (book.length, book.phrase) == (1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rules\n", "is no TOML"),
        ("", "is empty"),
        ("key = 'C'\n", "there are no rules; list them under [rules]"),
        ("[rules]\n", "there are no rules"),
        ("rules = 3\n", "there are no rules"),
        ("kye = 'C'\n[rules]\nleaps = 1\n", "`kye` is no setting of a rule book; did you mean `key`?"),
        ("key = 'H'\n[rules]\nleaps = 1\n", "`H` is no key"),
        ("key = 3\n[rules]\nleaps = 1\n", "`key` is 3, and must be text"),
        ("length = 0\n[rules]\nleaps = 1\n", "`length` is 0, and must be a whole number above 0"),
        ("length = true\n[rules]\nleaps = 1\n", "`length` is True"),
        ("phrase = 4.5\n[rules]\nleaps = 1\n", "`phrase` is 4.5"),
        ("[rules]\nleap = 1\n", "there is no rule `leap`; did you mean `leaps`?"),
        ("[rules]\nxyz = 1\n", "there is no rule `xyz`; there are: late, late_nan, late_shape, leaps, meddles, tires."),
        ("[rules]\nleaps = 'much'\n", "the weight of `leaps` is 'much', and must be a number"),
        ("[rules]\nleaps = [1]\n", "the weight of `leaps` is [1], and must be a number"),
        ("[rules]\nleaps = true\n", "the weight of `leaps` is True"),
        ("[rules]\nleaps = nan\n", "the weight of `leaps` is nan"),
        ("[rules]\nleaps = {weight = inf}\n", "the weight of `leaps` is inf"),
        ("[rules]\nleaps = {wide = 3}\n", "the rule `leaps` has no parameter `wide`; it has: widest, scale"),
        (
            "[rules]\nleaps = {widest = 'five'}\n",
            "the parameter `widest` of `leaps` is 'five', and must be a whole number",
        ),
    ],
)
def test_a_mistake_is_told_in_a_sentence_with_the_file(tmp_path: Path, text: str, words: str):
    path = written(tmp_path, text)
    with pytest.raises(BadFile) as caught:
        load(path, KNOWN)
    assert str(caught.value).startswith((f"{path}: {words}", f"{path} {words}"))


@pytest.mark.parametrize("digits", [30, 400, 5000])
def test_a_weight_of_many_digits_is_a_number_or_a_mistake(tmp_path: Path, digits: int):
    path = written(tmp_path, f"[rules]\nleaps = {digits * '9'}\n")
    if digits == 30:
        assert weights(path) == {"leaps": 1e30}
        return
    with pytest.raises(BadFile, match=r"must be a number|is no TOML: Exceeds the limit"):
        weights(path)


def test_a_list_that_is_too_deep_is_a_mistake(tmp_path: Path):
    with pytest.raises(BadFile, match="is no TOML: maximum recursion depth exceeded"):
        weights(written(tmp_path, f"[rules]\nleaps = {3000 * '['}{3000 * ']'}\n"))


def test_a_book_that_is_too_large_is_not_read(tmp_path: Path):
    with pytest.raises(BadFile, match="is too large for a rule book"):
        load(written(tmp_path, "#" * (1 << 20) + "\n[rules]\nleaps = 1\n"), KNOWN)


def test_where_no_rule_is_known_that_is_said(tmp_path: Path):
    with pytest.raises(BadFile, match=r"there is no rule `leaps`; there are: none\.$"):
        load(written(tmp_path, "[rules]\nleaps = 1\n"), Plugins())


def test_a_book_that_lies_here_is_pointed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written(tmp_path, "[rules]\nleaps = 1\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadFile, match=r"no rule book `mine`; mine\.toml lies here: add --plugins \."):
        find("mine")


def test_books_are_found_by_name_and_path(tmp_path: Path):
    path = written(tmp_path, "[rules]\nleaps = 1\n")
    assert find("mine", [tmp_path]) == path
    assert find(str(path)) == path
    assert find("paper").name == "paper.toml"
    assert set(books([tmp_path])) == {"house", "mine", "paper"}
    with pytest.raises(BadFile, match="There is no rule book `papper`; did you mean `paper`"):
        find("papper")
    with pytest.raises(BadFile, match=r"no rule book at .*nowhere"):
        load(find(str(tmp_path / "nowhere.toml")), KNOWN)


def test_of_two_folders_the_later_wins_with_its_books_as_with_its_rules(tmp_path: Path):
    folders = [tmp_path / "shared", tmp_path / "mine"]
    for number, folder in enumerate(folders):
        folder.mkdir()
        (folder / "both.toml").write_text(f"[rules]\nboth = {number + 1}\n")
        (folder / "both.py").write_text(
            "from live_composer.rules import note_rule\n\n\n@note_rule\ndef both(note):\n"
            f'    """Of folder {number}."""\n    return 0.0\n'
        )

    book = load(find("both", folders), discover(folders))

    assert (book.weights, book.rules[0].help) == ({"both": 2.0}, "Of folder 1.")


def test_a_book_of_the_users_wins_over_a_shipped_one(tmp_path: Path):
    (tmp_path / "paper.toml").write_text("[rules]\nleaps = 1\n")
    assert find("paper", [tmp_path]) == tmp_path / "paper.toml"


@pytest.mark.parametrize("name", ["paper", "house"])
def test_the_shipped_books_are_sound(name: str):
    book = load(find(name), discover())
    assert book.troubles == []
    assert book.help
    assert len(book.rules) >= 9


def test_scores_are_every_rules_own_and_the_reward_is_weighted():
    book = RuleBook("", [leaps, late], {"leaps": 3.0, "late": 0.5})
    assert book.score(MELODIES, Context()).tolist() == [
        [[0, -1, 0, 0], [0, 0, 0, 0]],
        [[1, 1, 1, 1], [1, 1, 1, 1]],
    ]
    assert book.reward(MELODIES, Context()).tolist() == [[0.5, -2.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]]


def test_only_what_is_asked_for_is_judged():
    book = RuleBook("", [leaps, late], {"leaps": 3.0, "late": 0.5})
    assert book.reward(MELODIES, Context(), 1).tolist() == [[-2.5, 0.5, 0.5], [0.5, 0.5, 0.5]]
    assert book.score(MELODIES, Context(), 3).shape == (2, 2, 1)
    assert book.troubles == []


def test_rules_are_given_whole_numbers_of_64_bits_however_events_are_stored():
    book = RuleBook("", [bytes_an_event], {"bytes_an_event": 1.0})
    assert book.reward(MELODIES.astype(np.int8), Context()).tolist() == [[8] * 4] * 2


def test_weights_may_change_while_it_plays():
    book = RuleBook("", [leaps, late], {"leaps": 3.0, "late": 0.5})
    book.weights["leaps"] = 0.0
    assert book.reward(MELODIES, Context()).tolist() == [[0.5] * 4] * 2


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (late, "it raised ValueError: thirty-seven! (test_book.py, line "),
        (late_nan, "it returned a value that is not finite"),
        (late_shape, "it returned the shape (3,)"),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_a_rule_that_fails_only_later_is_switched_off_and_named(rule: Rule, reason: str):
    book = RuleBook("", [leaps, rule], {"leaps": 1.0, rule.name: 1.0})
    assert book.reward(MELODIES, Context())[0].tolist() == [1, 0, 1, 1]
    assert book.troubles == []
    assert book.reward(np.array([[37, 14]]), Context()).tolist() == [[0, -1]]
    (trouble,) = book.troubles
    assert trouble.startswith(f"The rule {rule.name} is off: {reason}")
    # It stays off, and counts 0.
    assert book.reward(MELODIES, Context())[0].tolist() == [0, -1, 0, 0]
    assert not book.score(MELODIES, Context())[1].any()


def test_a_rule_that_meddles_with_the_melodies_cannot():
    book = RuleBook("", [meddles, leaps], {"meddles": 1.0, "leaps": 1.0})
    given = MELODIES.copy()
    assert book.reward(given, Context())[0].tolist() == [0, -1, 0, 0]
    assert (given == MELODIES).all()
    assert "read-only" in book.quarantined["meddles"]


def test_a_rule_that_failed_to_load_is_off_in_its_book(tmp_path: Path):
    book = load(written(tmp_path, "[rules]\nbroken = 1\nleaps = 1\n"), KNOWN)
    assert book.troubles == ["The rule broken is off: failed to load (broken.py): SyntaxError: oh."]
    assert book.reward(MELODIES, book.context())[0].tolist() == [0, -1, 0, 0]


def test_while_music_plays_a_rule_may_be_gone_with_a_file_that_broke(tmp_path: Path):
    path = written(tmp_path, "[rules]\ncalm = 2\nleaps = 1\n")
    with pytest.raises(BadFile, match="there is no rule `calm`"):
        load(path, KNOWN)
    book = load(path, KNOWN, forgiving=True)
    assert book.troubles == ["The rule calm is off: there is no such rule, but perhaps in broken.py, SyntaxError: oh."]
    assert (book.rules[0].name, book.weights) == ("calm", {"calm": 2, "leaps": 1})
    assert book.reward(MELODIES, book.context())[0].tolist() == [0, -1, 0, 0]
    with pytest.raises(BadFile, match="there is no rule `calm`"):
        load(path, Plugins(KNOWN.loaded), forgiving=True)


def test_a_rule_is_proved_anew_only_where_its_parameters_are_others(tmp_path: Path):
    assert load(written(tmp_path, "[rules]\nlate_nan = 1\n"), KNOWN).troubles == []
    assert load(written(tmp_path, "[rules]\nlate_nan = { weight = 1 }\n"), KNOWN).troubles == []
    # That is quick: long melodies are left to `rules check`.
    assert load(written(tmp_path, "[rules]\ntires = { after = 60 }\n"), KNOWN).troubles == []
    assert load(written(tmp_path, "[rules]\ntires = { after = 20 }\n"), KNOWN).troubles != []


def test_parameters_that_break_a_rule_switch_it_off(tmp_path: Path):
    book = load(written(tmp_path, "[rules]\nleaps = {scale = 0.0}\nlate = 1\n"), KNOWN)
    assert book.troubles[0].startswith("The rule leaps is off: with these parameters it raises ZeroDivisionError")


def test_no_melodies_are_judged_as_none():
    book = RuleBook("", [leaps, late], {"leaps": 1.0, "late": 1.0})
    assert book.score(np.empty((0, 8), np.int64), Context()).shape == (2, 0, 8)
    assert book.reward(np.empty((3, 0), np.int64), Context()).shape == (3, 0)


def test_weights_are_read_without_loading_a_plugin(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text("[rules]\nunknown_rule = 2\nother = { weight = 0.5, leap = 8 }\nthird = { leap = 8 }\n")
    assert weights(path) == {"unknown_rule": 2.0, "other": 0.5, "third": 1.0}
    path.write_text('[rules]\nunknown_rule = "heavy"\n')
    with pytest.raises(BadFile, match=r"mine\.toml: the weight of `unknown_rule` is 'heavy'"):
        weights(path)


def test_a_book_without_rules_says_nothing():
    melodies = np.zeros((3, 8), dtype=np.int64)
    assert RuleBook("empty", [], {}).score(melodies, Context()).shape == (0, 3, 8)
