"""Claims that pytest never visits are an error, unless the user left them out; and nothing happens unasked."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from plugin.projects import CONFIGURED, claims, project

pytest_plugins = ("pytester",)
Run = Callable[..., pytest.RunResult]
TESTS = "def test_a(): pass\n"


def ini(text: str) -> str:
    """Return a configuration of nllcheck and of pytest."""
    return f"{CONFIGURED}[tool.pytest.ini_options]\n{text}\n"


def written(pytester: pytest.Pytester, configuration: str = CONFIGURED) -> Path:
    """Write a project with two claims, in a file and in a folder, and two tests."""
    return project(
        pytester,
        configuration,
        models__a=claims("one"),
        models__deep__b=claims("two"),
        tests__test_a=TESTS,
        tests__test_b=TESTS,
    )


VISITED = [
    (CONFIGURED, []),
    (ini("testpaths = ['tests', 'models']"), []),
    (ini("testpaths = ['.']"), []),
    (ini("testpaths = ['tests']"), ["."]),
    (ini("testpaths = ['tests']"), ["tests", "models"]),
    (ini("testpaths = ['tests']"), ["--nllcheck", "models"]),
    (ini("addopts = ['tests', 'models']"), []),
    ("", ["--nllcheck", "models"]),
    ("", ["--nllcheck", "models/a.py", "--nllcheck", "models/deep"]),
    ("[tool.nllcheck]\npaths = ['models/a.py', 'models/deep', 'models']\n", []),
]


@pytest.mark.parametrize(("configuration", "arguments"), VISITED)
def test_claims_are_collected_once(
    pytester: pytest.Pytester, run: Run, configuration: str, arguments: list[str]
) -> None:
    """Wherever pytest's own paths lead it to the claims, each is one item."""
    written(pytester, configuration)
    run(*arguments).assert_outcomes(passed=4)


MISSED = [
    (ini("testpaths = ['tests']"), [], "models"),
    (ini("testpaths = ['tests', 'models/deep']"), [], "models/a.py"),
    (ini("addopts = ['tests']"), [], "models"),
    (ini("norecursedirs = ['deep']"), [], "models/deep/b.py"),
    (ini("addopts = ['--ignore=models/deep']"), [], "models/deep/b.py"),
]


@pytest.mark.parametrize(("configuration", "arguments", "what"), MISSED)
def test_claims_that_are_never_visited_are_an_error(
    pytester: pytest.Pytester, run: Run, configuration: str, arguments: list[str], what: str
) -> None:
    """Configured claims that the configured paths of pytest leave out: the run is no success, and says why."""
    written(pytester, configuration)
    done = run(*arguments, "--junitxml=junit.xml")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        [
            f"pyproject.toml: ?tool.nllcheck? paths: pytest never visits {what}, so the claims there are not *",
            "ERROR ?tool.nllcheck?*",
        ]
    )
    assert "pytest never visits" in (pytester.path / "junit.xml").read_text(encoding="utf-8")
    done = run(*arguments, "--continue-on-collection-errors")
    assert done.ret == pytest.ExitCode.TESTS_FAILED


def test_paths_on_the_command_line_narrow_a_run(pytester: pytest.Pytester, run: Run) -> None:
    """Who names a file means it; who names a folder is told in a line what that leaves out."""
    written(pytester, ini("testpaths = ['tests']"))
    done = run("tests/test_a.py")
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*not checked*")
    done = run("tests")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["nllcheck: the claims of models were not checked: the paths on the command *"])
    done = run("models/deep")
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*not checked*")


def test_a_path_without_claims_is_an_error(pytester: pytest.Pytester, run: Run) -> None:
    """Nothing was checked is never a success: a file without claims may stand beside one that has some."""
    project(pytester, models__a="x = 1\n", models__b=claims("one"))
    run().assert_outcomes(passed=1)
    project(pytester, models__b="x = 2\n")
    done = run()
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines(
        ["pyproject.toml: ?tool.nllcheck? paths: there is no claim in models; a claim is*"]
    )


REFUSED = [
    (
        "[tool.nllcheck]\npaths = ['modles']\n",
        [],
        "pyproject.toml: [tool.nllcheck] paths: 'modles' does not exist",
    ),
    (
        "[tool.nllcheck]\npath = ['models']\n",
        [],
        "pyproject.toml:2: [tool.nllcheck] has no key 'path'; did you",
    ),
    ("[tool.nllcheck]\npaths = ['empty']\n", [], "[tool.nllcheck] paths: there is no .py file in empty"),
    ("", ["--nllcheck", "modles"], "--nllcheck: 'modles' does not exist; did you mean 'models'?"),
    ("", ["--nllcheck", ""], "--nllcheck: the path is empty; name a .py file"),
    (CONFIGURED, ["--nllcheck-seed=-1"], "invalid whole number from 0 value: '-1'"),
    (CONFIGURED, ["--nllcheck-timeout=nan"], "invalid number of seconds value: 'nan'"),
]


@pytest.mark.parametrize(("configuration", "arguments", "message"), REFUSED)
def test_what_cannot_be_meant_is_refused(
    pytester: pytest.Pytester, run: Run, configuration: str, arguments: list[str], message: str
) -> None:
    """Mistakes in the configuration or the options are usage errors of pytest, without a traceback."""
    written(pytester, configuration)
    pytester.mkdir("empty")
    done = run(*arguments)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert message in done.stderr.str()
    assert "Traceback" not in done.stderr.str() + done.stdout.str()


@pytest.mark.parametrize("configuration", ["", "[tool.nllcheck]\nseed = 3\n", "[project]\nname = 'a'\n"])
def test_nothing_happens_unless_files_are_named(
    pytester: pytest.Pytester, run: Run, configuration: str
) -> None:
    """Without paths no claim is collected, nothing is said, and a claim file is what it always was."""
    written(pytester, configuration)
    done = run()
    done.assert_outcomes(passed=2)
    done.stdout.no_fnmatch_line("nllcheck:*")


HEAVY = "{'numpy', 'scipy', 'pymc', 'pytensor', 'arviz', 'nllcheck.checker', 'nllcheck.claims', 'nllcheck.plugin.hooks'}"
LOADED = {
    "imported": "import nllcheck.pytest_plugin",
    "run": "import pytest; assert pytest.main(['-q', '-p', 'nllcheck']) == 0",  # by its entry point
}


@pytest.mark.parametrize("how", LOADED)
@pytest.mark.parametrize("configuration", ["", "[tool.nllcheck]\nseed = 3\n"], ids=["no table", "no paths"])
def test_loading_costs_nothing(pytester: pytest.Pytester, how: str, configuration: str) -> None:
    """In a project that names no claims, the plugin imports no NumPy, no PyMC and none of the engine, and does nothing."""
    written(pytester, configuration)
    (pytester.path / "conftest.py").unlink()
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys\n{LOADED[how]}\nprint('imported', sorted({HEAVY} & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "imported []" in done.stdout
    assert ("2 passed" in done.stdout) is (how == "run")
    assert "nllcheck" not in done.stdout
