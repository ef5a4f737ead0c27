"""The configuration: where it is found, what it may say, and what comes before it."""

from pathlib import Path

import pytest

from nllcheck.config import Accepted, Settings, load, resolve
from nllcheck.errors import ConfigurationError

ALL = """
[project]
name = "example"

[tool.nllcheck]
paths = ["models", "src/losses.py::mse"]
timeout = 30
memory = 1.5
jobs = "auto"
seed = 7
strict = true
report = "build/reports"
formats = ["json", "html"]
baseline = "baseline.json"
tolerance = 0.1

[[tool.nllcheck.accept]]
claim = "models/a.py::mse"
what = "scale"
reason = "the mean is meant now"

[[tool.nllcheck.accept]]
claim = "models/b.py::nll"
what = "offset"
reason = "the constant is left out"
"""


def write(folder: Path, text: str) -> Path:
    """Write a pyproject.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_key_arrives_typed(folder: Path) -> None:
    """All keys become settings; places in the file are relative to its folder."""
    file = write(folder, ALL)
    assert resolve(load(folder)) == Settings(
        paths=(str(folder / "models"), str(folder / "src/losses.py::mse")),
        timeout=30.0,
        memory=1.5,
        jobs="auto",
        seed=7,
        strict=True,
        report=str(folder / "build/reports"),
        formats=("json", "html"),
        baseline=str(folder / "baseline.json"),
        tolerance=0.1,
        accept=(
            Accepted(
                claim="models/a.py::mse",
                what="scale",
                reason="the mean is meant now",
                location="pyproject.toml:17",
            ),
            Accepted(
                claim="models/b.py::nll",
                what="offset",
                reason="the constant is left out",
                location="pyproject.toml:22",
            ),
        ),
        configured=str(file),
    )


def test_the_nearest_file_counts(folder: Path) -> None:
    """The search goes upwards and ends at the first pyproject.toml, also where that says nothing of nllcheck."""
    write(folder, "[tool.nllcheck]\nseed = 3\n")
    below = folder / "a" / "b"
    below.mkdir(parents=True)
    assert resolve(load(below)).seed == 3
    write(folder / "a", "[project]\nname = 'a'\n")
    assert load(below) == {}


def test_without_a_file_the_defaults_stand(folder: Path) -> None:
    """No pyproject.toml and no arguments: the defaults."""
    assert resolve({}, load(folder)) == Settings()


def test_only_none_is_unset(folder: Path) -> None:
    """An argument of 0 or False is an argument; the configuration fills what is None."""
    write(folder, "[tool.nllcheck]\nseed = 3\nstrict = true\njobs = 2\n")
    settings = resolve({"seed": 0, "strict": False, "jobs": None}, load(folder))
    assert (settings.seed, settings.strict, settings.jobs) == (0, False, 2)


def test_what_is_no_setting_is_left_alone() -> None:
    """A layer may hold more than settings, such as all arguments of a command line."""
    assert resolve({"seed": 1, "verbose": True}).seed == 1


def test_an_array_of_accepted_differences_has_a_line(folder: Path) -> None:
    """Entries in an array are found at the line of the key."""
    write(folder, '[tool.nllcheck]\n\naccept = [{claim = "a", what = "b", reason = "c"}]\n')
    assert load(folder)["accept"][0].location == "pyproject.toml:3"


REFUSED = [
    (
        "path = ['models']",
        "pyproject.toml:2: [tool.nllcheck] has no key 'path'; did you mean 'paths'? It has",
    ),
    ("Time-out = 3", "did you mean 'timeout'?"),
    ("zzz = 3", "has no key 'zzz'. It has: paths, timeout, memory"),
    ("# seed\n'seed' = '1'", "pyproject.toml:3: [tool.nllcheck] seed = '1': expected a whole number from 0"),
    ("seed = -1", "seed = -1: expected a whole number from 0"),
    ("seed = true", "seed = true: expected a whole number from 0"),
    ("seed = 1.0", "seed = 1.0: expected a whole number"),
    ("timeout = -1", "timeout = -1: expected a number of seconds"),
    ("timeout = inf", "timeout = inf: expected"),
    ("timeout = nan", "timeout = nan: expected"),
    ("timeout = 1e999", "timeout = inf: expected"),
    (f"timeout = {10**400}", "...: expected a number of seconds"),
    (f"timeout = 1{'0' * 5000}", "is no valid TOML: Exceeds the limit"),
    ("memory = false", "memory = false: expected a number of GiB"),
    ("memory = '2 GiB'", "memory = '2 GiB': expected a number of GiB"),
    ("jobs = 0", 'jobs = 0: expected a whole number from 1, or "auto"'),
    ("jobs = 'many'", "jobs = 'many': expected a whole number"),
    ("strict = 1", "strict = 1: expected true or false"),
    ("strict = 'false'", "strict = 'false': expected true or false"),
    ("paths = 'models'", "paths = 'models': expected a list of files or folders"),
    ("paths = []", "paths = []: expected a list"),
    ("paths = ['']", "paths = ['']: expected a list"),
    ("paths = ['a', 1]", "paths = ['a', 1]: expected a list"),
    ('paths = ["a\\u0000b"]', "expected a list of files"),
    ("formats = ['html', 3]", "expected a list of formats"),
    ("report = 3", "report = 3: expected a folder"),
    ("baseline = ['a']", "baseline = ['a']: expected a file"),
    ("accept = {a = 1}", "accept = {'a': 1}: expected a list of tables"),
    ("accept = ['a']", "accept = ['a']: expected a list of tables"),
    ("[[tool.nllcheck.accept]]\nclaim = 'a'", "pyproject.toml:2: an entry of accept lacks what and reason"),
    (
        "[[tool.nllcheck.accept]]\nclaim='a'\nwhat='b'\nreason='c'\n[[tool.nllcheck.accept]]\nreasn = 'a'",
        "pyproject.toml:6: an entry of accept has no key 'reasn'; did you mean 'reason'?",
    ),
    (
        "[[tool.nllcheck.accept]]\nclaim = 'a'\nwhat = ' '\nreason = 'c'",
        "accept what = ' ': expected a text",
    ),
    ("seed = ", "pyproject.toml is no valid TOML: "),
    ("seed = 1\nseed = 2", "is no valid TOML"),
    (f"paths = {'[' * 100_000}", "is no valid TOML"),
]


@pytest.mark.parametrize(("lines", "message"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_what_cannot_be_meant_is_refused(folder: Path, lines: str, message: str) -> None:
    """Each mistake is told with the file, the line where it is cheap, the value, and what is expected."""
    write(folder, f"[tool.nllcheck]\n{lines}\n")
    with pytest.raises(ConfigurationError) as raised:
        load(folder)
    assert message in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\nnllcheck = 'models'", "[[tool.nllcheck]]\nseed = 1"])
def test_what_is_no_table_is_refused(folder: Path, text: str) -> None:
    """The table itself has the wrong kind."""
    write(folder, text)
    with pytest.raises(ConfigurationError, match="must be a table"):
        load(folder)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    """A pyproject.toml in another encoding is an error, not an empty configuration."""
    (folder / "pyproject.toml").write_bytes(b"[tool.nllcheck]\nseed = 1 # \xff\xfe\n")
    with pytest.raises(ConfigurationError, match=r"pyproject.toml cannot be read: .*utf-8"):
        load(folder)
