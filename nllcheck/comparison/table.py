"""The numbers of a comparison as tables, in three parts that read one after the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from nllcheck.comparison.digits import interval, percent, ratio, say_of, short, signed
from nllcheck.display import printable

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison, Estimate

__all__ = ["Table", "laid_out", "most_different", "tables"]

GAP = 2
SAME = {True: "yes", False: "no", None: "–"}


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells of text: a row for each scalar, a column for each question.

    Attributes
    ----------
    title : str
        Stands over the names.
    names : tuple of str
        Of the scalars; safe to print.
    heads : tuple of str
    rows : tuple of tuple of str
    """

    title: str
    names: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(comparison: "Comparison", estimates: "Sequence[Estimate]") -> tuple[Table, ...]:
    """Return the estimates, how the posterior stands to the MLE, and how well it was sampled."""
    names = tuple(printable(estimate.label) for estimate in estimates)
    parts = (_estimates(comparison, estimates), _shifts(comparison, estimates), _sampling(estimates))
    return tuple(Table(title=title, names=names, heads=heads, rows=rows) for title, heads, rows in parts)


Part = tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]


def _estimates(comparison: "Comparison", estimates: "Sequence[Estimate]") -> Part:
    with_loss = any(estimate.loss_minimizer is not None for estimate in estimates)
    heads = ("MLE ± SE", *(("loss",) if with_loss else ()), "MAP", "mean", "sd", _credible(comparison))
    return "estimates", heads, tuple(_values(estimate, with_loss) for estimate in estimates)


def _credible(comparison: "Comparison") -> str:
    return f"{percent(comparison.settings.prob)} interval"


def _values(estimate: "Estimate", with_loss: bool) -> tuple[str, ...]:
    say = say_of(estimate)
    error = "" if estimate.standard_error is None else f" ± {say(estimate.standard_error)}"
    loss = (say(estimate.loss_minimizer),) if with_loss else ()
    posterior = (say(estimate.mean), say(estimate.sd), interval(estimate.interval, say))
    return (f"{say(estimate.mle)}{error}", *loss, say(estimate.map), *posterior)


def _shifts(comparison: "Comparison", estimates: "Sequence[Estimate]") -> Part:
    z = NormalDist().inv_cdf(0.5 + comparison.settings.prob / 2)
    heads = ("mean shift", "MAP shift", "sd/SE", f"MLE ± {z:.3g} SE", "same story")
    return "against MLE", heads, tuple(_against(estimate) for estimate in estimates)


def _against(estimate: "Estimate") -> tuple[str, ...]:
    shifts = (signed(estimate.mean_shift), signed(estimate.map_shift), ratio(estimate.sd_ratio))
    return (*shifts, interval(estimate.wald, say_of(estimate)), SAME[estimate.same_story])


def _sampling(estimates: "Sequence[Estimate]") -> Part:
    heads = ("R-hat", "bulk ESS", "tail ESS", "MCSE of the mean")
    return "sampling", heads, tuple(_quality(estimate) for estimate in estimates)


def _quality(estimate: "Estimate") -> tuple[str, ...]:
    sizes = (short(estimate.ess_bulk), short(estimate.ess_tail))
    return (_r_hat(estimate.r_hat), *sizes, short(estimate.mcse_mean))


def _r_hat(value: float) -> str:
    return f"{value:.3f}"


def most_different(estimates: "Sequence[Estimate]", count: int) -> "tuple[Estimate, ...]":
    """Return the `count` scalars on which the two analyses differ most, in their order."""
    ranked = sorted(range(len(estimates)), key=lambda i: _difference(estimates[i]), reverse=True)
    return tuple(estimates[i] for i in sorted(ranked[:count]))


def _difference(estimate: "Estimate") -> tuple[bool, float]:
    shift, width = estimate.mean_shift, estimate.sd_ratio
    moved = 0.0 if shift is None else abs(shift)
    widened = 0.0 if width is None else abs(math.log(width)) if width > 0 else math.inf
    size = moved + widened
    return estimate.same_story is False, math.inf if math.isnan(size) else size


def laid_out(table: Table, *, width: int, indent: str = "  ") -> list[str]:
    """Return the table as aligned lines; columns that do not fit beside the others follow below.

    A name longer than a third of the line stands on a line of its own, unbroken.
    """
    longest = max(12, width // 3)
    first = max(len(name) for name in (table.title, *table.names) if len(name) <= longest)
    widths = [max(map(len, column)) for column in zip(table.heads, *table.rows, strict=True)]
    lines: list[str] = []
    for chosen in _folded(widths, width - len(indent) - first):
        lines += [""] if lines else []
        lines.append(indent + _line(table.title, first, table.heads, widths, chosen))
        for name, row in zip(table.names, table.rows, strict=True):
            if len(name) > first:
                lines.append(f"{indent}{name}")
            shown = name if len(name) <= first else ""
            lines.append(indent + _line(shown, first, row, widths, chosen))
    return lines


def _line(name: str, first: int, cells: Sequence[str], widths: Sequence[int], chosen: Sequence[int]) -> str:
    parts = [f"{' ' * GAP}{cells[i]:>{widths[i]}}" for i in chosen]
    return f"{name:<{first}}{''.join(parts)}".rstrip()


def _folded(widths: Sequence[int], room: int) -> list[list[int]]:
    """Return the columns of each fold: as many as fit, and at least one."""
    folds: list[list[int]] = [[]]
    for i, width in enumerate(widths):
        taken = sum(widths[j] + GAP for j in folds[-1])
        if folds[-1] and taken + width + GAP > room:
            folds.append([])
        folds[-1].append(i)
    return folds
