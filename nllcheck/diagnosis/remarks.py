"""Warnings and notes about a relation that was found: precision, scales, offsets, additivity, nuisances."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nllcheck.diagnosis.names import symbol
from nllcheck.evidence.rows import Rows
from nllcheck.evidence.simulated import Simulated
from nllcheck.evidence.values import Comparison
from nllcheck.likelihood.simulation import moves_location
from nllcheck.relation import Relation
from nllcheck.result import Coefficient, Finding, Severity
from nllcheck.scene import Scene

__all__ = ["remarks"]


def remarks(
    scene: Scene,
    comparison: Comparison,
    rows: Rows,
    simulated: Simulated,
    scale: Coefficient | None,
    offset: Coefficient | None,
    relation: Relation | None,
    given: Any,
) -> list[Finding]:
    """Return every warning and note that the evidence supports."""
    found = [*_precision(scene, comparison), *_unannounced(scene, given)]
    if simulated.finding is not None:
        found.append(simulated.finding)
    if relation is None or not relation.implies(Relation.MONOTONE):
        return found
    if rows.additive is False:
        found.append(_not_additive(scene))
    if scale is not None and relation is Relation.AFFINE:
        found += _scaled(scene, comparison, scale)
        if "y" in scale.varies_with:
            found.append(_data_dependent(scene, scale))
    if offset is not None and "y" in offset.varies_with and (scale is None or "y" not in scale.varies_with):
        found.append(_data_dependent_offset(offset))
    return found


def _precision(scene: Scene, comparison: Comparison) -> Iterator[Finding]:
    numbers = {"digits": comparison.digits, "relative_noise": scene.relative_noise}
    if comparison.limited:
        yield Finding(
            code="low-precision",
            severity=Severity.WARNING,
            message=(
                f"{scene.loss.name} agrees to {comparison.digits:.0f} digits, not to rounding error: something in it "
                "is approximate (a series, a rounded constant, a small epsilon)."
            ),
            advice="Use the exact function (scipy.special.gammaln, np.pi), or remove the epsilon.",
            numbers=numbers,
        )
    elif scene.is_low_precision:
        yield Finding(
            code="low-precision",
            severity=Severity.NOTE,
            message=f"{scene.loss.name} computes in single precision or less; it was judged at that accuracy.",
            advice="",
            numbers=numbers,
        )
    elif not scene.likelihood.full_precision:
        yield Finding(
            code="low-precision",
            severity=Severity.NOTE,
            message=(
                "Constants of the model are held in single precision (PyTensor's default for ready-built models); "
                "it was judged at that accuracy."
            ),
            advice="Pass a function that returns the model: nllcheck then builds it at full precision.",
            numbers=numbers,
        )


def _unannounced(scene: Scene, given: Any) -> Iterator[Finding]:
    announced = {given} if isinstance(given, str) else set(given or ())
    if scene.prober.optimum.kind == "declared":
        return
    for name in scene.prober.parts.nuisances:
        if name not in announced and moves_location(scene.likelihood, name, scene.prober.optimum.u):
            yield Finding(
                code="unannounced-nuisance",
                severity=Severity.WARNING,
                message=(
                    f"{name!r} moves the expected observations, but nothing that {scene.loss.name} takes depends on "
                    "it: a forgotten intercept?"
                ),
                advice=f"Take a prediction that includes {name!r}, or say given={name!r} if that is meant.",
                numbers={"name": name},
            )


def _not_additive(scene: Scene) -> Finding:
    return Finding(
        code="not-additive",
        severity=Severity.NOTE,
        message=(
            f"{scene.loss.name} is no sum over observations: its average over minibatches has another optimum than "
            "the loss of all data."
        ),
        advice="Train on full batches, or use a loss that adds up.",
    )


def _scaled(scene: Scene, comparison: Comparison, scale: Coefficient) -> Iterator[Finding]:
    name = f" = {scale.name}" if scale.name else ""
    yield Finding(
        code="scaled-posterior",
        severity=Severity.NOTE,
        message=(
            f"The loss is the NLL × {scale.value:.6g}{name}: estimates agree, but priors, penalties, AIC and "
            f"posterior widths do not.{_assumes(scene, comparison, scale)}"
        ),
        advice="",
        numbers={"scale": scale.value},
    )


def _assumes(scene: Scene, comparison: Comparison, scale: Coefficient) -> str:
    """Say at which value of the one nuisance the scale would be 1."""
    parts = scene.prober.parts
    if len(parts.nuisances) != 1 or not scale.name or comparison.fit is None or comparison.profiled:
        return ""
    name = parts.nuisances[0]
    text = symbol(name)
    power = 2 if f"{text}²" in scale.name else 1
    x = scene.prober.constrain(scene.prober.settings[0].u)[name]
    if np.ndim(x) or text not in scale.name:
        return ""
    inverse = scale.name.find(text) > scale.name.find("/") >= 0 and "/" in scale.name
    factor = scale.value / float(x) ** (-power if inverse else power)
    value = factor ** (1 if inverse else -1)
    formula = _solved(scale.name, text, inverse)
    return f" As a likelihood it assumes {name}{'²' if power == 2 else ''} = {formula}{value:.6g}."


def _solved(scale: str, text: str, inverse: bool) -> str:
    known = {
        f"2{text}²/n": "n/2 = ",
        f"{text}²/n": "n = ",
        f"{text}/n": "n = ",
        f"2{text}²": "½ = ",
        text: "",
    }
    return "" if inverse else known.get(scale, "")


def _data_dependent(scene: Scene, scale: Coefficient) -> Finding:
    return Finding(
        code="data-dependent-scale",
        severity=Severity.NOTE,
        message=f"The scale of {scene.loss.name} depends on the observed values: {scale.value:.6g} for these data.",
        advice="Harmless for one data set; minibatches and data sets are not weighed as the likelihood weighs them.",
    )


def _data_dependent_offset(offset: Coefficient) -> Finding:
    name = f" ({offset.name})" if offset.name else ""
    return Finding(
        code="data-dependent-offset",
        severity=Severity.NOTE,
        message=(
            f"The offset depends on the observed values{name}: harmless for one family on one data set, wrong for "
            "comparing families, transformations of y, or data sets."
        ),
        advice="",
        numbers={"offset": offset.value},
    )
