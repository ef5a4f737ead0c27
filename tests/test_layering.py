"""Imports run one way: from the faces down to the leaves, and never back."""

import ast
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import nllcheck

ROOT = Path(nllcheck.__file__).parent

# Each layer may import the layers above it in this table; a module of a package also its siblings.
LAYERS = (
    (
        "deadline",
        "errors",
        "display",
        "rounding",
        "whitening",
        "losses",
        "families",
        "streams",
        "events",
        "capture",
        "code",
    ),
    ("relation", "wording", "binding", "selection", "optimise", "jsonio", "config", "drift"),
    ("execution",),
    ("story", "options", "explain", "visits"),
    ("result",),
    ("likelihood",),
    ("parts",),
    ("probes",),
    ("scene",),
    ("evidence",),
    ("diagnosis",),
    ("verdict", "revisit"),
    ("checker",),
    ("claims", "outcome", "isolation"),
    ("trouble",),
    ("discovery",),
    ("paths", "adhoc"),
    ("request", "filed"),
    ("work", "desk"),
    ("runner",),
    ("baseline",),
    ("comparison",),
    ("report",),
    ("comparing", "listing", "identification", "starter"),
    ("cli", "plugin"),
    ("pytest_plugin",),
    ("__init__", "__main__"),
)
FACES = {
    "cli",
    "pytest_plugin",
    "__init__",
    "__main__",
}  # thin and lazy: what they import inside functions is their own business
PYMC = {"pymc", "pytensor", "arviz"}
NUMERICAL = {"numpy", "scipy"}
OUTSIDE = {  # what a layer may import besides the standard library; nothing where it is not listed
    "rounding": {"numpy"},
    "optimise": NUMERICAL,
    "whitening": {"numpy"},
    "parts": {"numpy"},
    "verdict": {"numpy"},
    "revisit": {"numpy"},
    "losses": NUMERICAL,
    "families": NUMERICAL,
    "binding": {"numpy"},
    "result": {"numpy"},
    "likelihood": NUMERICAL | PYMC | {"nutpie", "platformdirs"},
    "probes": NUMERICAL,
    "scene": NUMERICAL,
    "evidence": NUMERICAL,
    "diagnosis": NUMERICAL,
    "checker": NUMERICAL,
    "comparison": NUMERICAL | {"cloudpickle", "arviz_stats", "xarray", "matplotlib"},
    "isolation": {"numpy"},
    "identification": NUMERICAL,
    "report": {"jinja2", "markupsafe", "pygments"},
    "plugin": {"pytest", "xdist"},
    "pytest_plugin": {"pytest"},
}
RANKS = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}


def part_of(module: str) -> str:
    """Return the row of the table that a dotted module name inside nllcheck belongs to."""
    return module.split(".", 1)[0]


@cache
def sources() -> dict[str, ast.Module]:
    """Return every module of nllcheck by its dotted name inside the package, parsed."""
    parsed = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)
        parsed[name] = ast.parse(path.read_text(encoding="utf-8"))
    return parsed


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in {
        getattr(node.test, "id", ""),
        getattr(node.test, "attr", ""),
    }


def import_nodes(tree: ast.AST, *, lazy: bool) -> list[ast.Import | ast.ImportFrom]:
    """Return the imports of a module, with those inside functions if `lazy`; those for types only never."""
    found: list[ast.Import | ast.ImportFrom] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
        elif is_type_checking(node) or (
            not lazy and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        ):
            continue
        else:
            found += import_nodes(node, lazy=lazy)
    return found


def imported(module: str, *, lazy: bool) -> set[str]:
    """Return what a module imports, by full dotted names; `from a import b` gives a.b where that is a module."""
    names = set()
    for node in import_nodes(sources()[module], lazy=lazy):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
            continue
        assert node.level == 0, f"{module} has a relative import"
        assert node.module is not None
        for alias in node.names:
            inside = f"{node.module}.{alias.name}".removeprefix("nllcheck.")
            names.add(f"nllcheck.{inside}" if inside in sources() else node.module)
    return names


def edges(module: str) -> set[str]:
    """Return the modules of nllcheck that a module imports, anywhere unless it is a face."""
    names = imported(module, lazy=part_of(module) not in FACES)
    inside = {name for name in names if name.split(".")[0] == "nllcheck"}
    return {name.removeprefix("nllcheck.") if name != "nllcheck" else "__init__" for name in inside}


@pytest.mark.parametrize("module", sorted(sources()))
def test_every_module_has_its_place(module: str) -> None:
    """A module that is not in the table of layers must be given a place in it."""
    assert part_of(module) in RANKS, f"nllcheck/{module} is in no layer: add it to LAYERS"


def test_every_place_is_taken() -> None:
    """The table of layers lists no module that does not exist."""
    assert set(RANKS) | set(OUTSIDE) == {part_of(module) for module in sources()}


@pytest.mark.parametrize("module", sorted(sources()))
def test_imports_run_one_way(module: str) -> None:
    """A module imports only what is in a layer before its own, or beside it in one package."""
    mine = part_of(module)
    backward = {
        other for other in edges(module) if RANKS[part_of(other)] >= RANKS[mine] and part_of(other) != mine
    }
    assert not backward, f"nllcheck.{module} imports {', '.join(sorted(backward))}: a backward edge"


def test_there_is_no_cycle() -> None:
    """Also inside a package no module imports itself by a detour."""
    graph = {module: edges(module) - {module} for module in sources()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"an import cycle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("module", sorted(set(sources()) - FACES))
def test_packages_from_outside_stay_where_they_belong(module: str) -> None:
    """Only the likelihood knows PyMC, the losses only NumPy and SciPy, and the leaves next to nothing."""
    roots = {name.split(".")[0] for name in imported(module, lazy=True)}
    foreign = roots - set(sys.stdlib_module_names) - {"nllcheck"} - OUTSIDE.get(part_of(module), set())
    assert not foreign, f"nllcheck.{module} imports {', '.join(sorted(foreign))}"


@pytest.mark.parametrize("module", sorted(FACES & set(sources())))
def test_faces_import_nothing_heavy_when_loaded(module: str) -> None:
    """Loading a face costs the standard library only."""
    roots = {name.split(".")[0] for name in imported(module, lazy=False)}
    assert not roots - set(sys.stdlib_module_names) - {"nllcheck"} - OUTSIDE.get(module, set())


@pytest.mark.parametrize("module", [name for name in sorted(sources()) if part_of(name) == "losses"])
def test_losses_know_nothing_of_nllcheck(module: str) -> None:
    """The hand-written losses could be copied out of the package as they are."""
    assert {part_of(other) for other in edges(module)} <= {"losses"}


def reached(module: str) -> set[str]:
    """Return everything that importing a module imports, through others too."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        new = edges(waiting.pop()) - seen
        seen |= new
        waiting += sorted(new)
    return seen


TELLING = ("report", "story", "wording", "claims", "options")
DRAWING = tuple(
    f"comparison.{name}" for name in ("digits", "page", "pictures", "record", "story", "table", "words")
)


@pytest.mark.parametrize(
    "module", [n for n in sorted(sources()) if part_of(n) in TELLING or n.startswith(DRAWING)]
)
def test_renderers_and_claims_never_reach_the_engine(module: str) -> None:
    """A renderer is a function of a record: it imports no likelihood, not even through others."""
    engine = {"likelihood", "probes", "scene", "evidence", "diagnosis", "checker"}
    assert not {part_of(other) for other in reached(module)} & engine
