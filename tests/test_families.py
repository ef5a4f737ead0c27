"""The catalogue of families: each declaration in PyMC has the NLL that its rows say, up to what depends on y only."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
from numpy.testing import assert_allclose

from nllcheck.families import FAMILIES, SUPPORTS, Family
from nllcheck.families.screen import VECTORS, Stack
from nllcheck.families.unknown import short_numbers
from nllcheck.identification.draws import KINDS, draw_argument, draw_data

N = 7
DECLARED = [family for family in FAMILIES if family.pymc]


def name_of(family: Family) -> str:
    return f"{family.name} of {', '.join(family.parameters)}"


def drawn(family: Family, seed: int, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return parameters with one value a row, where a family may have that."""
    rng = np.random.default_rng(seed)
    single = ("ordered", "bound")
    return {n: draw_argument(d, d not in single, y, rng) for n, d in family.parameters.items()}


def value_of(family: Family) -> float | None:
    """Return a value of the unknown number: some entry of the grid that is no special one."""
    if family.unknown is None:
        return None
    values = [v for v in family.unknown.grid if not family.unknown.is_trivial(v)]
    return 0.7 if 0 < 0.7 < family.unknown.bounds[1] and family.unknown.bounds[0] < 0.7 else values[3]


def nll_in_pymc(family: Family, values: dict[str, np.ndarray], y: np.ndarray) -> np.ndarray:
    line = family.declaration({name: name for name in values}, value_of(family))
    names: dict[str, Any] = {"pm": pm, "np": np, "y": y, **values}
    with pytensor.config.change_flags(cast_policy="numpy+floatX", cxx=""), pm.Model() as model:
        exec(line, names)
        (logp,) = model.logp(sum=False)
        return -np.asarray(logp.eval(mode="FAST_COMPILE"))


@pytest.mark.parametrize("family", DECLARED, ids=name_of)
def test_a_declaration_has_the_nll_of_the_family(family: Family) -> None:
    """From one value of the parameters to another, PyMC's rows and the family's change by the same."""
    kinds = {**KINDS, "one row of shares": ("one-hot",)}  # PyMC has no other Multinomial of one
    y = draw_data(kinds.get(family.data, (family.data,))[0], N, np.random.default_rng(5))
    assert SUPPORTS[family.data](y)
    one, other = (drawn(family, seed, y) for seed in (6, 7))
    unknown = value_of(family)
    extra = () if unknown is None else (np.asarray(unknown),)
    stack = Stack.of({"y": [y, y], **{name: [one[name], other[name]] for name in one}})
    rows = stack.rows(family, "y", tuple(one), *extra)
    in_pymc = [nll_in_pymc(family, values, y) for values in (one, other)]
    ours = rows[0] - rows[1]
    theirs = in_pymc[0] - in_pymc[1]
    if ours.ndim > theirs.ndim:  # rows of shares and counts
        ours = ours.sum(axis=-1)
    assert np.ptp(theirs) > 1e-3
    assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("family", FAMILIES, ids=name_of)
def test_a_family_is_complete(family: Family) -> None:
    """Its support is known, its declaration names its parameters, and one without declaration has a meaning."""
    assert family.data in SUPPORTS
    line = family.declaration({name: f"<{name}>" for name in family.parameters}, 0.25)
    assert not line or all(f"<{name}>" in line for name in family.parameters)
    assert not line or ("0.25" in line) == (family.unknown is not None)
    assert line or family.reading
    assert bool(family.distribution) <= bool(line)


@pytest.mark.parametrize("family", FAMILIES, ids=name_of)
def test_the_domains_of_a_family_are_known(family: Family) -> None:
    """Every domain can be drawn, and what is drawn is told as that domain."""
    y = draw_data(KINDS.get(family.data, (family.data,))[0], N, np.random.default_rng(8))
    for domain in family.parameters.values():
        value = draw_argument(domain, domain not in ("ordered", "bound"), y, np.random.default_rng(9))
        assert domain in Stack.of({"x": [value, value]}).domains["x"]
        assert (value.ndim > y.ndim or domain == "ordered" or y.ndim > 1) == (domain in VECTORS)


def test_short_numbers_come_first() -> None:
    """Decimals and simple fractions near a number, and nothing that is not near."""
    assert next(short_numbers(1.3450000001)) == 1.345
    assert 1 / 3 in list(short_numbers(0.33333333334))
    assert not [v for v in short_numbers(0.7236) if abs(v - 0.7236) > 1e-4]
