"""`nllcheck init`: what it writes, what it leaves alone, and what it says."""

import tomllib
from pathlib import Path

import pytest

from nllcheck import cli
from nllcheck.config import Settings, load, resolve
from nllcheck.starter import OPTIONAL


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_empty_folder_becomes_a_project_whose_claims_hold(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two files are written, what to run is said, and what is said holds."""
    assert cli.main(["init"]) == 0
    out = capsys.readouterr().out
    assert out == (
        "models/line.py: two claims to start from\n"
        "pyproject.toml: [tool.nllcheck] added\n"
        "\n"
        "Next:\n"
        "  nllcheck check        check every claim\n"
        "  pytest models         the same, each claim a test\n"
    )
    assert load(folder)["paths"] == (str(folder / "models"),)
    assert cli.main(["check", "--strict"]) == 0
    assert "2 claims hold" in capsys.readouterr().out


def test_the_defaults_that_are_mentioned_are_the_defaults(folder: Path) -> None:
    """Removing the comment signs changes no setting."""
    cli.main(["init"])
    file = folder / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    for name, _, _ in OPTIONAL:
        text = text.replace(f"# {name} =", f"{name} =")
    file.write_text(text, encoding="utf-8")
    found = load(folder)
    assert set(found) == {"paths", "configured", *(name for name, _, _ in OPTIONAL)}
    known = {"paths": found["paths"], "configured": str(file)}
    assert resolve(found) == resolve(known, vars(Settings()))


OTHERS = [
    b"[project]\nname = 'q'\n\n# the end",
    b"[project]\r\nname = 'q'\r\n",
    b"[tool.ruff]\nline-length = 110\n\n\n",
    b"[[tool.uv.index]]\nname = 'a'\n",
    b"tool.ruff.line-length = 3\n",
    "[project]\nname = 'ω'\n".encode(),
]


@pytest.mark.parametrize("before", OTHERS)
def test_an_existing_file_is_only_added_to(folder: Path, before: bytes) -> None:
    """Not a byte of the project's configuration changes, nor its permissions; lines end as they did."""
    file = folder / "pyproject.toml"
    file.write_bytes(before)
    file.chmod(0o640)
    assert cli.main(["init"]) == 0
    after = file.read_bytes()
    assert after.startswith(before)
    assert (b"\r\n" in before) == (after.count(b"\r\n") == after.count(b"\n"))
    assert file.stat().st_mode & 0o777 == 0o640
    parsed = tomllib.loads(after.decode())
    assert parsed["tool"].pop("nllcheck") == {"paths": ["models"]}
    expected = tomllib.loads(before.decode())
    assert parsed == {"tool": {}, **expected}


def test_what_is_there_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run changes nothing and says so; only --force overwrites, and only the claim file."""
    file = folder / "pyproject.toml"
    file.write_text("[tool.nllcheck]\npaths = ['likelihoods']\n", encoding="utf-8")
    claims = folder / "likelihoods" / "line.py"
    claims.parent.mkdir()
    claims.write_text("# mine\n", encoding="utf-8")
    before = file.read_bytes()
    assert cli.main(["init"]) == 0
    assert claims.read_text(encoding="utf-8") == "# mine\n"
    out = capsys.readouterr().out
    assert "likelihoods/line.py: exists, left as it is\n" in out
    assert "pyproject.toml: has [tool.nllcheck], left as it is\n" in out
    assert "  pytest likelihoods    the same" in out
    assert cli.main(["init", "--force"]) == 0
    assert "gaussian_nll" in claims.read_text(encoding="utf-8")
    assert file.read_bytes() == before


def test_a_link_stays_a_link(folder: Path) -> None:
    """Where pyproject.toml is a link, the file that it leads to is extended."""
    real = folder / "real.toml"
    real.write_text("[project]\nname = 'q'\n", encoding="utf-8")
    (folder / "pyproject.toml").symlink_to(real)
    assert cli.main(["init"]) == 0
    assert (folder / "pyproject.toml").is_symlink()
    assert "[tool.nllcheck]" in real.read_text(encoding="utf-8")


@pytest.mark.parametrize("style", ["testpaths = ['tests', 'docs']", "testpaths = 'tests docs'"])
def test_testpaths_elsewhere_are_told(folder: Path, capsys: pytest.CaptureFixture[str], style: str) -> None:
    """Where pytest looks elsewhere only, init says what to add; and keeps silent where it need not."""
    file = folder / "pyproject.toml"
    file.write_text(f"[tool.pytest.ini_options]\n{style}\n", encoding="utf-8")
    assert cli.main(["init"]) == 0
    assert 'pytest visits only tests, docs: add "models" to its testpaths,' in capsys.readouterr().out
    file.write_text("[tool.pytest.ini_options]\ntestpaths = ['tests', 'models']\n", encoding="utf-8")
    assert cli.main(["init"]) == 0
    assert "testpaths" not in capsys.readouterr().out


def test_another_folder_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`nllcheck init DIR` writes there and nowhere else, and says to go there."""
    (folder / "my project").mkdir()
    assert cli.main(["init", "my project"]) == 0
    out = capsys.readouterr().out
    assert "my project/models/line.py: two claims" in out
    assert "  cd 'my project'\n" in out
    assert [path.name for path in folder.iterdir()] == ["my project"]


REFUSED = [
    ("tool = {ruff = {line-length = 3}}\n", "no table can be added to"),
    ("tool = 3\n", "must be a table"),
    ("[tool.nllcheck]\npath = ['a']\n", "did you mean 'paths'?"),
    ("[project\n", "is no valid TOML"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_cannot_be_extended_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    """Nothing is written at all where one of the files could not be; exit code 2."""
    file = folder / "pyproject.toml"
    file.write_text(text, encoding="utf-8")
    assert cli.main(["init"]) == 2
    assert message in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in folder.iterdir()] == ["pyproject.toml"]


def test_a_folder_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """No folder is made for a slip of the keyboard."""
    assert cli.main(["init", "nowhere"]) == 2
    assert "'nowhere' is no folder" in capsys.readouterr().err
