"""Does a loss that is not the NLL still estimate the same parameters? Its expected score under the model."""

from collections.abc import Callable, Sequence

import numpy as np

from nllcheck.deadline import Deadline
from nllcheck.evidence.row_loss import RowLoss
from nllcheck.evidence.row_tables import Table
from nllcheck.likelihood.one_row import OneRow
from nllcheck.result import Finding, Severity
from nllcheck.scene import Scene

__all__ = ["proper_score"]

MOST = 4  # parameters by which the loss is differentiated
STEP = 1e-3  # of a standard error, for central differences
ZERO = 3e-5  # of the standard deviation of the score: an expected score that is zero, to quadrature and differences
ROWS = 8  # rows that the efficiency is an average over


def proper_score(
    scene: Scene,
    loss: RowLoss,
    model: OneRow,
    tables: Sequence[Table],
    tabulated: Callable[[int], Table],
    deadline: Deadline,
) -> list[Finding]:
    """Return the note that the expected gradient of the loss is zero wherever the model is true, or nothing.

    Parameters
    ----------
    scene, loss, model
    tables : sequence of Table
        Where it is asked.
    tabulated : callable
        Makes the table of another row, at the parameters of the first table.
    deadline : Deadline
        When to leave the efficiency out.
    """
    if scene.is_low_precision or scene.likelihood.is_posterior:
        return []
    positions = scene.prober.theta[:MOST]
    moments = []
    for table in tables:
        if deadline.has_passed:
            break
        found = _scores(scene, loss, model, table, positions)
        if found is None or not _is_zero(*found):
            return []
        moments.append(found)
    curvature = sum(np.diag(_moment(score, own, p)) for score, own, p in moments)
    if len(moments) < min(4, len(tables)) or not np.all(curvature > 0):
        return []
    efficiency = _efficiency(scene, loss, model, tabulated, deadline)
    return [_finding(scene, len(moments), efficiency)]


def _scores(
    scene: Scene, loss: RowLoss, model: OneRow, table: Table, positions: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return ∂l/∂u and ∂N/∂u at the nodes, shape (n_positions, n_nodes), and the model's probabilities there.

    None where a derivative is not a number although the node has probability.
    """
    data = scene.prober.settings[table.point.setting].data
    y = table.nodes.y
    with np.errstate(all="ignore"):
        probability = np.exp(table.nodes.log_weight - table.nll)
    kept = probability > 1e-14
    scores, own = [], []
    for position in positions:
        step = STEP * max(float(np.max(np.abs(scene.prober.white[position]))), 1e-9)
        sides = []
        for sign in (1.0, -1.0):
            u = table.point.u.copy()
            u[position] += sign * step
            values = scene.prober.inject(u, data)
            sides.append(
                (loss.at(values, table.row, y), model(scene.prober.constrain(u), data, table.row, y))
            )
        with np.errstate(all="ignore"):
            scores.append((sides[0][0] - sides[1][0])[kept] / (2 * step))
            own.append((sides[0][1] - sides[1][1])[kept] / (2 * step))
    found = np.array(scores), np.array(own)
    if not all(np.isfinite(part).all() for part in found):
        return None
    return *found, probability[kept]


def _moment(left: np.ndarray, right: np.ndarray, probability: np.ndarray) -> np.ndarray:
    return np.asarray((left * probability) @ right.T)


def _is_zero(score: np.ndarray, own: np.ndarray, probability: np.ndarray) -> bool:
    """Return whether the expected score is zero, for a score that is not itself zero."""
    mean = score @ probability
    deviation = np.sqrt(score**2 @ probability)
    exact = np.abs(own @ probability) <= ZERO * np.sqrt(own**2 @ probability)
    return bool(np.all(np.abs(mean) <= ZERO * deviation) and np.all(exact) and np.any(deviation > 0))


def _efficiency(
    scene: Scene, loss: RowLoss, model: OneRow, tabulated: Callable[[int], Table], deadline: Deadline
) -> np.ndarray | None:
    """Return, for each parameter of the loss, the variance of the MLE over that of the loss's estimate.

    The sandwich K⁻¹JK⁻ᵀ against I⁻¹, nuisances held. For a zero expected score K, the expected Hessian, is
    E[∂l ∂N], so that first derivatives are enough. None where time or rows do not suffice.
    """
    positions = scene.prober.theta
    if len(positions) > MOST:
        return None
    n = len(scene.likelihood.data.values[loss.name])
    total = np.zeros((3, len(positions), len(positions)))
    rows = np.random.default_rng([scene.seed, 20]).permutation(n)[:ROWS]
    for count, row in enumerate(rows):
        if deadline.has_passed:
            if count < 2 * len(positions):
                return None
            break
        found = _scores(scene, loss, model, tabulated(int(row)), positions)
        if found is None:
            return None
        score, own, p = found
        total += [_moment(score, own, p), _moment(score, score, p), _moment(own, own, p)]
    try:
        inverse = np.linalg.inv(total[0])
        sandwich = inverse @ total[1] @ inverse.T
        efficiency = np.diag(np.linalg.inv(total[2])) / np.diag(sandwich)
    except np.linalg.LinAlgError:
        return None
    return efficiency if np.all((efficiency > 0) & (efficiency < 1.001)) else None


def _finding(scene: Scene, count: int, efficiency: np.ndarray | None) -> Finding:
    names = " and ".join(scene.prober.parts.of_loss)
    how = "; the estimates are less precise than those of maximum likelihood"
    numbers: dict[str, object] = {"n_points": count}
    if efficiency is not None:
        shares = [float(min(1.0, share)) for share in efficiency]
        numbers["efficiency"] = shares
        low, high = (f"{100 * share:.3g}" for share in (min(shares), max(shares)))
        percent = f"{low} %" if low == high else f"{low} to {high} %"
        how = f", with {percent} of the efficiency of maximum likelihood near the optimum"
    return Finding(
        code="proper-score",
        severity=Severity.NOTE,
        message=(
            f"The expected gradient of {scene.loss.name} is zero wherever the model is true ({count} places tried): it "
            f"still estimates {names}{how}."
        ),
        advice="Its standard errors need the sandwich formula: the inverse of its Hessian is not their square.",
        numbers=numbers,
    )
