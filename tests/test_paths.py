"""Which files the paths on a command line stand for."""

import os
from pathlib import Path

import pytest
from records import claim_file

from nllcheck.errors import PathNotFound, UsageError
from nllcheck.paths import find_files


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with claim files and much that is none."""
    for name in (
        "models/b.py",
        "models/a.py",
        "models/deep/c.py",
        "models/.hidden/x.py",
        "models/__pycache__/x.py",
        "models/env/lib/x.py",
        "models/site-packages/x.py",
        "models/.x.py",
        "models/notes.txt",
    ):
        claim_file(tmp_path, name, "")
    (tmp_path / "models/env/pyvenv.cfg").touch()
    return tmp_path


def test_a_folder_stands_for_its_files(tree: Path) -> None:
    """Sorted, below each other, without hidden files, caches and environments."""
    found = find_files(["models"], folder=tree)
    assert [file.display for file in found] == ["models/a.py", "models/b.py", "models/deep/c.py"]


def test_a_hidden_root_is_searched(tree: Path) -> None:
    """What is named is looked at."""
    assert [file.display for file in find_files(["models/.hidden"], folder=tree)] == ["models/.hidden/x.py"]


def test_names_go_with_their_file(tree: Path) -> None:
    """Names add up; the whole file wins; no file comes twice."""
    found = find_files(["models/a.py::x", "models/a.py::y[2]", "models/b.py::x", "models"], folder=tree)
    assert [(file.display, file.names) for file in found] == [
        ("models/a.py", ()),
        ("models/b.py", ()),
        ("models/deep/c.py", ()),
    ]
    assert find_files(["models/a.py::y", "models/a.py::x"], folder=tree)[0].names == ("x", "y")


def test_paths_outside_the_working_folder_are_relative(tree: Path) -> None:
    """No output depends on where a machine keeps the folder."""
    assert find_files([str(tree / "models/a.py")], folder=tree / "models/deep")[0].display == "../a.py"
    assert find_files([str(tree / "models/a.py")], folder=tree)[0].display == "models/a.py"


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("model", "'model' does not exist; did you mean 'models'?"),
        ("models/aa.py", "did you mean 'models/a.py'?"),
        ("mdels/a.py", "did you mean 'models'?"),
        ("zzz/yyy", "'zzz/yyy' does not exist. Name a"),
        ("models/a.p::x", "did you mean 'models/a.py'?"),
    ],
)
def test_a_missing_path(tree: Path, argument: str, says: str) -> None:
    """The message has the path, and the nearest one that exists."""
    with pytest.raises(PathNotFound, match=says):
        find_files([argument], folder=tree)


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("models/notes.txt", "is no Python file"),
        ("models::x", "is a folder"),
        ("", "the path '' is empty"),
        ("::x", "the path '::x' is empty"),
    ],
)
def test_paths_that_make_no_sense(tree: Path, argument: str, says: str) -> None:
    """A text file holds no claims, and a folder has no claim of a name."""
    with pytest.raises(UsageError, match=says):
        find_files([argument], folder=tree)


def test_colons_in_paths_and_names(tree: Path) -> None:
    """The shortest path that exists is the path; what `list` prints is understood."""
    claim_file(tree, "models/deep/a::b.py", "")
    for argument, names in (("a::b.py", ()), ("a::b.py::x", ("x",)), ("c.py::x::y", ("x::y",))):
        (found,) = find_files([f"models/deep/{argument}"], folder=tree)
        assert (found.display, found.names) == (f"models/deep/{argument[: argument.index('.py') + 3]}", names)


def test_links_and_pipes(tree: Path) -> None:
    """A link into the folder itself ends; one to nothing is told as such; a pipe is no file."""
    folder = tree / "models/deep"
    (folder / "self").symlink_to(folder)
    (folder / "dangling.py").symlink_to("nowhere.py")
    (folder / "loop.py").symlink_to("loop.py")
    os.mkfifo(folder / "pipe.py")
    found = find_files(["models/deep"], folder=tree)
    assert [file.path.name for file in found] == ["c.py", "dangling.py", "loop.py"]
    with pytest.raises(PathNotFound, match=r"is a link to 'nowhere.py', which does not exist"):
        find_files(["models/deep/dangling.py"], folder=tree)
    with pytest.raises(UsageError, match="is no Python file"):
        find_files(["models/deep/pipe.py"], folder=tree)
    (problem,) = (problem for _, problem in found[1].load().problems)
    assert problem.message.startswith("the file cannot be read: No such file or directory. ")


def test_a_folder_that_cannot_be_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, for its claims would be lost in silence."""

    def scandir(place: object) -> object:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(UsageError, match=r"cannot read the folder .*models: Permission denied"):
        find_files(["models"], folder=tree)
