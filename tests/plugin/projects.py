"""Small projects with claims, whose checks are answered by records instead of an engine."""

from pathlib import Path

import pytest

ANSWERS = """
from nllcheck.errors import UnknownArgument
import records

ANSWERS = {
    "warned": records.record(findings=(records.finding(),)),
    "mean": records.looser(),
    "mae": records.wrong(),
    "flat": records.undecided(),
    "typo": UnknownArgument("typo takes 'sigma_log__'; take 'sigma' and write np.log(sigma)"),
    "bug": ZeroDivisionError("division by zero"),
}
"""
NAMES = ("good", "warned", "mean", "mae", "flat", "typo", "bug")
CLAIMS = "import nllcheck\n\n" + "".join(f"{name} = nllcheck.Claim('m', len)\n" for name in NAMES)

# In a child process the file itself replaces the engine; in this one, the conftest.py beside it does.
CHILD = f"{ANSWERS}\nimport nllcheck.checker\nnllcheck.checker.Checker = lambda *, seed, **_: records.FakeChecker(ANSWERS)\n"
CONFTEST = f"{ANSWERS}\nimport nllcheck.work\nnllcheck.work.engine = records.fake_engine(ANSWERS)\n"

CONFIGURED = "[tool.nllcheck]\npaths = ['models']\n"


def project(pytester: pytest.Pytester, configuration: str = CONFIGURED, **files: str) -> Path:
    """Write a project; the names of files are `models__a` for models/a.py."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyprojecttoml(configuration)
    for name, text in files.items():
        path = pytester.path / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return pytester.path


def claims(*names: str) -> str:
    """Return a claim file with these claims, one a line from line 3."""
    return "import nllcheck\n\n" + "".join(f"{name} = nllcheck.Claim('m', len)\n" for name in names)
