"""What a file claims, under which names, and what a bad file costs."""

import sys
from pathlib import Path

import pytest
from records import claim_file

from nllcheck.discovery import ClaimFile, Loaded
from nllcheck.isolation import isolated
from nllcheck.outcome import Problem, Verdict

LOSS = "def mse(y, mu):\n    return ((y - mu) ** 2).sum()\n"


def load(path: Path, *names: str) -> Loaded:
    """Load one file as the runner does."""
    with isolated(0):
        return ClaimFile(path=path, display=path.name, names=names).load()


def claims(loaded: Loaded) -> dict[str, str]:
    """Return where each claim stands."""
    assert not loaded.problems
    return {found.name: found.location for found in loaded.claims}


def problem(loaded: Loaded) -> Problem:
    """Return the one problem."""
    ((_, found),) = loaded.problems
    return found


def test_decorated_losses_and_objects(tmp_path: Path) -> None:
    """A loss goes by its name, an object by its variable, both by name= if given; in source order."""
    path = claim_file(
        tmp_path,
        "a.py",
        "@nllcheck.claim(None)\n"
        + LOSS
        + "imported = nllcheck.Claim(\n    None,\n    mse,\n)\n"
        + "one, two = nllcheck.Claim(None, mse), nllcheck.Claim(None, mse)\n"
        + "x = nllcheck.Claim(None, mse, name='named')\n",
    )
    assert claims(load(path)) == {
        "mse": "a.py:2",
        "imported": "a.py:5",
        "one": "a.py:9",
        "two": "a.py:9",
        "named": "a.py:10",
    }


def test_stacked_claims_are_counted(tmp_path: Path) -> None:
    """The first from above has the plain name, the others a number; name= overrules."""
    path = claim_file(
        tmp_path,
        "a.py",
        "@nllcheck.claim('first')\n@nllcheck.claim('second')\n@nllcheck.claim('x', name='third')\n" + LOSS,
    )
    loaded = load(path)
    assert claims(loaded) == {"mse": "a.py:2", "mse[2]": "a.py:3", "third": "a.py:4"}
    assert [found.claim.model for found in loaded.claims] == ["first", "second", "x"]


def test_imported_claims_are_not_counted_twice(tmp_path: Path) -> None:
    """What another file claims belongs to that file, even if it is imported for the first time here."""
    claim_file(tmp_path, "a.py", "@nllcheck.claim(None)\n" + LOSS)
    path = claim_file(tmp_path, "b.py", "from a import mse\nmine = nllcheck.Claim(None, mse)\n")
    assert list(claims(load(path))) == ["mine"]


def test_a_helper_may_state_claims(tmp_path: Path) -> None:
    """A claim that a helper in another file makes belongs to the file that called it, and is not lost."""
    claim_file(tmp_path, "helper.py", "def state(loss):\n    return nllcheck.Claim(None, loss)\n")
    path = claim_file(tmp_path, "b.py", f"import helper\n{LOSS}mine = helper.state(mse)\nhelper.state(len)\n")
    assert claims(load(path)) == {"mine": "b.py:5", "len": "b.py:6"}


def test_claims_in_a_loop_take_names(tmp_path: Path) -> None:
    """Claims that no variable holds are claims too."""
    path = claim_file(
        tmp_path,
        "a.py",
        LOSS + "for r in ('affine', 'equal'):\n    nllcheck.Claim(None, mse, relation=r, name=f'mse_{r}')\n",
    )
    assert list(claims(load(path))) == ["mse_affine", "mse_equal"]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (f"@nllcheck.claim(None)\n{LOSS}@nllcheck.claim(None)\n{LOSS}", "a.py:2 and a.py:5"),
        (f"{LOSS}x = nllcheck.Claim(1, mse)\nx = nllcheck.Claim(2, mse, name='x')\n", "a.py:4 and a.py:5"),
        (f"{LOSS}x = nllcheck.Claim(1, mse)\nx = nllcheck.Claim(2, len)\n", "a.py:4 and a.py:5"),
    ],
)
def test_two_claims_of_one_name(tmp_path: Path, body: str, lines: str) -> None:
    """Neither is checked under the name, both lines are told, and the others are unharmed."""
    path = claim_file(tmp_path, "a.py", f"{body}other = nllcheck.Claim(None, max)\n")
    loaded = load(path)
    assert [found.name for found in loaded.claims] == ["other"]
    assert problem(loaded).kind == "DuplicateClaim"
    assert f"2 claims are called {loaded.problems[0][0]!r}: {lines}" in problem(loaded).message


def test_a_claim_without_a_loss(tmp_path: Path) -> None:
    """A bare @claim would be no claim at all; that is said."""
    path = claim_file(tmp_path, "a.py", "@nllcheck.claim\n" + LOSS)
    found = problem(load(path))
    assert (found.kind, found.location) == ("UnusedClaim", "a.py:2")
    assert "decorates no loss" in found.message


def test_no_claims_is_fine(tmp_path: Path) -> None:
    """A file of helpers has nothing to say."""
    assert load(claim_file(tmp_path, "a.py", LOSS)) == Loaded()


BAD = {
    "raises": ("x = 1\ny = 1 / 0\n", 3, "raised ZeroDivisionError: division by zero"),
    "deep": ("def f():\n    raise KeyError('k')\n\nf()\n", 3, "raised KeyError: 'k'"),
    "syntax": ("x = (1,\ny = 2\n", 2, "is no valid Python"),
    "exit": ("import sys\nsys.exit(0)\n", 3, r"called sys.exit(0). Remove the call"),
    "exit none": ("raise SystemExit\n", 2, "called sys.exit()."),
    "base": ("class B(BaseException): pass\nraise B('odd')\n", 3, "raised B: odd"),
    "unprintable": (
        "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E\n",
        4,
        "raised E: an exception that cannot be printed",
    ),
    "missing module": ("import no_such_module\n", 2, "Install the module, or put it beside the claim file"),
    "relative": ("from . import helpers\n", 2, "A claim file is imported alone"),
    "missing file": ("open('data.csv')\n", 2, "write Path(__file__).parent"),
    "option": (
        "nllcheck.Claim(None, len, relation='x')\n",
        2,
        "raised UsageError: relation='x' is no relation",
    ),
    "nul": ("x = '\x00'\n", None, "null byte"),
}


@pytest.mark.parametrize(("body", "line", "says"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_imported(tmp_path: Path, body: str, line: int | None, says: str) -> None:
    """The problem has the line of this file, the exception and what to try; nothing is raised."""
    found = problem(load(claim_file(tmp_path, "a.py", body)))
    assert found.location == (f"a.py:{line}" if line else "a.py")
    assert says in found.message
    assert found.traceback
    assert found.verdict is (Verdict.USAGE if "UsageError" in says else Verdict.NOT_EVALUATED)


def test_a_bad_import_names_the_line_here(tmp_path: Path) -> None:
    """An error inside an imported file is placed at the import, with the other file named."""
    (tmp_path / "helper.py").write_text("x = (1,\n")
    found = problem(load(claim_file(tmp_path, "a.py", "x = 1\nimport helper\n")))
    assert found.location == "a.py:3"
    assert "imports what is no valid Python" in found.message
    assert "helper.py, line 1" in found.message


def test_circular_imports(tmp_path: Path) -> None:
    """Two files that import from each other are told what to do."""
    claim_file(tmp_path, "b.py", "from a import x\ny = 1\n")
    found = problem(load(claim_file(tmp_path, "a.py", "from b import y\nx = 1\n")))
    assert found.location == "a.py:2"
    assert "Two files import each other" in found.message


def test_ctrl_c_is_passed_on(tmp_path: Path) -> None:
    """An interruption is nobody's mistake."""
    with pytest.raises(KeyboardInterrupt):
        load(claim_file(tmp_path, "a.py", "raise KeyboardInterrupt\n"))


def test_the_standard_library_is_not_shadowed(tmp_path: Path) -> None:
    """The folder of a claim file comes last on sys.path, and is gone afterwards."""
    (tmp_path / "fractions.py").write_text("raise RuntimeError('shadowed')\n")
    before = list(sys.path)
    sys.modules.pop("fractions", None)
    assert claims(load(claim_file(tmp_path, "a.py", "import fractions\nassert fractions.Fraction\n"))) == {}
    assert sys.path == before


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    """A change within the same second and of the same size is seen: no cached bytecode is used or left."""
    path = claim_file(tmp_path, "a.py", "aaa = nllcheck.Claim(None, len)\n")
    assert list(claims(load(path))) == ["aaa"]
    claim_file(tmp_path, "a.py", "bbb = nllcheck.Claim(None, len)\n")
    assert list(claims(load(path))) == ["bbb"]
    assert not (tmp_path / "__pycache__").exists()


NAMED = "@nllcheck.claim(1)\n@nllcheck.claim(2)\n" + LOSS + "other = nllcheck.Claim(None, mse)\n"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [(("mse",), ["mse", "mse[2]"]), (("mse[2]",), ["mse[2]"]), (("other", "mse[2]"), ["mse[2]", "other"])],
)
def test_claims_by_name(tmp_path: Path, names: tuple[str, ...], chosen: list[str]) -> None:
    """PATH::NAME chooses a claim, and with the plain name all that are stacked."""
    assert list(claims(load(claim_file(tmp_path, "a.py", NAMED), *names))) == chosen


def test_an_unknown_name_is_a_usage_error(tmp_path: Path) -> None:
    """The nearest name is proposed, the others are listed."""
    loaded = load(claim_file(tmp_path, "a.py", NAMED), "ohter")
    assert loaded.claims == ()
    assert problem(loaded).verdict is Verdict.USAGE
    assert (
        "nothing called 'ohter'; did you mean 'other'? It claims: mse, mse[2], other."
        in problem(loaded).message
    )


def test_a_bad_file_is_told_whichever_name_was_asked_for(tmp_path: Path) -> None:
    """What cannot be imported may have had the claim."""
    assert problem(load(claim_file(tmp_path, "a.py", "1 / 0\n"), "x")).kind == "ClaimFileFailed"
