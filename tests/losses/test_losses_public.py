"""Every public loss is documented, its example runs, and it is tested."""

import doctest
import importlib
import inspect

import pytest

from nllcheck import losses
from tests.losses.loss_cases import CASES

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", losses.__all__)
def test_documentation(name: str) -> None:
    """Every public loss says what it drops or relates to, has a source, and its example runs."""
    loss = getattr(losses, name)
    text = inspect.getdoc(loss) or ""
    assert "References\n---" in text
    globs = vars(importlib.import_module(loss.__module__))
    (test,) = doctest.DocTestFinder().find(loss, name, globs=globs)
    assert test.examples
    report: list[str] = []
    assert doctest.DocTestRunner(verbose=False).run(test, out=report.append).failed == 0, "".join(report)


def test_every_loss_is_tested() -> None:
    """No public loss is missing from the table of cases and the tests beside it."""
    tabled = {case.loss.__name__ for case in CASES.values()}
    elsewhere = {"gaussian_nll", "bernoulli_nll", "mean_squared_error", "mean_absolute_error"}
    elsewhere |= {"ridge_penalty", "lasso_penalty"}
    elsewhere |= {"categorical_cross_entropy", "categorical_cross_entropy_with_logits"}
    assert tabled | elsewhere == set(losses.__all__)
