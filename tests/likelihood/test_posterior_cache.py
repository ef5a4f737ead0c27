"""Posteriors on disk: whole or not at all, and never believed when damaged."""

from pathlib import Path

import numpy as np
import pytest

from nllcheck.likelihood.disk_cache import cache_folder, key_of, read_entry, write_entry
from nllcheck.likelihood.posterior import Posterior
from nllcheck.likelihood.posterior_cache import load_posterior, store_posterior

RNG = np.random.default_rng(5)
POSTERIOR = Posterior(
    draws={"mu": RNG.normal(size=(2, 3)), "a/b [x]": RNG.normal(size=(2, 3, 4))},
    diverging=np.array([[False, True, False], [False, False, False]]),
    seconds=1.5,
)
NAMES = ("mu", "a/b [x]")


def test_what_is_kept_comes_back_to_the_bit(tmp_path: Path) -> None:
    """Draws, divergences and time survive; also under names that no file could have."""
    store_posterior(tmp_path / "new", "key", POSTERIOR)
    found = load_posterior(tmp_path / "new", "key", NAMES, (2, 3))
    assert found is not None
    assert all(np.array_equal(found.draws[name], POSTERIOR.draws[name]) for name in NAMES)
    assert np.array_equal(found.diverging, POSTERIOR.diverging)
    assert found.seconds == 1.5
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["key.npz"]


@pytest.mark.parametrize("place", [0, 40, 200, -1])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, place: int) -> None:
    """One flipped bit, anywhere, or a cut, and nothing is believed."""
    store_posterior(tmp_path, "key", POSTERIOR)
    path = tmp_path / "key.npz"
    whole = bytearray(path.read_bytes())
    whole[place] ^= 1
    path.write_bytes(whole)
    assert load_posterior(tmp_path, "key", NAMES, (2, 3)) is None
    path.write_bytes(bytes(whole[:-50]))
    assert load_posterior(tmp_path, "key", NAMES, (2, 3)) is None


def test_what_does_not_fit_is_not_taken(tmp_path: Path) -> None:
    """Other variables, other numbers of chains, another format: nothing."""
    store_posterior(tmp_path, "key", POSTERIOR)
    assert load_posterior(tmp_path, "key", ("nu",), (2, 3)) is None
    assert load_posterior(tmp_path, "key", NAMES, (3, 2)) is None
    assert load_posterior(tmp_path, "other", NAMES, (2, 3)) is None
    write_entry(tmp_path, "key.npz", b"no archive")
    assert load_posterior(tmp_path, "key", NAMES, (2, 3)) is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    """Where the folder is a file, storing does nothing and reading finds nothing."""
    (tmp_path / "file").write_text("")
    store_posterior(tmp_path / "file", "key", POSTERIOR)
    assert read_entry(tmp_path / "file", "key.npz") is None


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NLLCHECK_CACHE names it; without, it is the user's own cache folder."""
    monkeypatch.setenv("NLLCHECK_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("NLLCHECK_CACHE")
    assert cache_folder().name == "nllcheck"


def test_keys_depend_on_every_part() -> None:
    """Any other number, name or nesting is another key."""
    keys = [key_of("a", {"x": 1}), key_of("a", {"x": 2}), key_of("b", {"x": 1}), key_of("a", ["x", 1])]
    assert len(set(keys)) == 4
    assert key_of("a", {"x": 1, "y": 2}) == key_of("a", {"y": 2, "x": 1})
