"""Does the loss keep the contract? The same value twice, inputs left alone, a real scalar or one value a row."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nllcheck.binding import Returned
from nllcheck.display import exception_text
from nllcheck.result import Evidence, Finding, Severity, Status
from nllcheck.scene import Scene

__all__ = ["check_contract", "combined_shape", "is_breach"]

BREACHES = ("loss-raised", "bad-return", "not-deterministic", "mutates-input", "data-cast")


def is_breach(finding: Finding) -> bool:
    """Return whether a finding says that the loss could not be judged as a function at all."""
    return finding.code in BREACHES


def check_contract(scene: Scene) -> tuple[Evidence, list[Finding]]:
    """Call the loss at one probe in several ways; return the evidence and what was found."""
    point = scene.prober.points[0]
    values = scene.prober.values(point)
    findings = list(_data_casts(scene))
    try:
        arguments = scene.loss.arguments(values)
    except MemoryError:
        raise
    except Exception as error:
        findings.append(_raised(scene, f"the function in `args` raised {exception_text(error)}", error))
        return _evidence(findings, ""), findings
    first = scene.loss.call(arguments)
    findings += _returned(scene, first, arguments)
    if not any(is_breach(finding) for finding in findings):
        findings += _repeated(scene, first, arguments)
        findings += _unused(scene, first, arguments)
    said = f"; warns: {first.warnings[0]}" if first.warnings else ""
    return _evidence(findings, said), findings


def _evidence(findings: list[Finding], said: str) -> Evidence:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        return Evidence(question="contract", status=Status.DISAGREES, summary=errors[0].message)
    summary = "same value twice, inputs untouched, every argument used"
    if findings:
        summary = findings[0].message
    return Evidence(question="contract", status=Status.AGREES, summary=summary + said)


def _data_casts(scene: Scene) -> Iterator[Finding]:
    for cast in scene.likelihood.data.casts:
        yield Finding(
            code="data-cast",
            severity=Severity.ERROR,
            message=(
                f"PyMC changed {cast.count} of the observed data {cast.name!r} in silence: {cast.given:g} at index "
                f"{cast.index} became {cast.used:g}, because this likelihood takes integers."
            ),
            advice="Pass integer data, or declare a likelihood of real numbers (pm.Beta for proportions).",
            numbers={"index": list(cast.index), "given": cast.given, "used": cast.used, "count": cast.count},
        )


def _raised(scene: Scene, what: str, error: BaseException) -> Finding:
    shapes = ", ".join(_injected(scene))
    return Finding(
        code="loss-raised",
        severity=Severity.ERROR,
        message=f"{scene.loss.name} {what}{_where(error)}.",
        advice=f"It was called with {shapes}.",
        numbers={"error": type(error).__name__},
    )


def _where(error: BaseException) -> str:
    trace, line = error.__traceback__, ""
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if "nllcheck" not in path.replace("\\", "/").split("/")[-3:-1]:
            line = f" (line {trace.tb_lineno} of {path.replace(chr(92), '/').rsplit('/', 1)[-1]})"
        trace = trace.tb_next
    return line


def _injected(scene: Scene) -> Iterator[str]:
    values = scene.prober.values(scene.prober.points[0])
    for binding in scene.loss.bindings:
        try:
            value = np.asarray(binding.value(values))
        except Exception:
            yield f"{binding.argument} = {binding.describe()}"
            continue
        yield f"{binding.argument} = {binding.describe()} {value.dtype}{list(value.shape)}"


def _returned(scene: Scene, returned: Returned, arguments: Mapping[str, Any]) -> Iterator[Finding]:
    if returned.error is not None:
        if _is_read_only(returned.error):
            yield _mutates(scene, str(returned.error))
        else:
            yield _raised(scene, returned.problem, returned.error)
        return
    if returned.problem:
        yield _bad_return(scene, returned.problem)
        return
    allowed = _row_counts(scene)
    if returned.shape and int(np.prod(returned.shape)) not in allowed:
        n = max(allowed)
        if int(np.prod(returned.shape)) == n * n and n > 1:
            yield broadcast_finding(scene, arguments, returned.shape)
        else:
            yield _bad_return(
                scene,
                f"returned an array of shape {returned.shape}; a loss returns a scalar, or one value for each of "
                f"the {n} observations",
            )


def _row_counts(scene: Scene) -> set[int]:
    counts = {1, scene.likelihood.data.n_obs}
    evaluated = scene.prober.points[0].evaluated
    if evaluated is not None:
        counts |= {rows.size for rows in evaluated.rows.values()}
    for name, values in scene.likelihood.data.values.items():
        if name in scene.likelihood.observed:
            counts |= {values.size, values.shape[0] if values.ndim else 1}
    counts |= {mask.size for mask in scene.likelihood.data.masks.values()}
    return counts


def _is_read_only(error: BaseException) -> bool:
    return isinstance(error, ValueError) and "read-only" in str(error)


def _mutates(scene: Scene, detail: str) -> Finding:
    return Finding(
        code="mutates-input",
        severity=Severity.ERROR,
        message=f"{scene.loss.name} writes to its arguments ({detail}): the next call would see other data.",
        advice="Work on a copy, or write `y = y - mu` instead of `y -= mu`.",
    )


def _bad_return(scene: Scene, problem: str) -> Finding:
    return Finding(
        code="bad-return",
        severity=Severity.ERROR,
        message=f"{scene.loss.name} {problem}.",
        advice="Return one real number, or one per observation.",
    )


def _repeated(scene: Scene, first: Returned, arguments: Mapping[str, Any]) -> Iterator[Finding]:
    second = scene.loss.call(arguments)
    if not (second.total == first.total or (np.isnan(second.total) and np.isnan(first.total))):
        yield Finding(
            code="not-deterministic",
            severity=Severity.ERROR,
            message=(
                f"{scene.loss.name} called twice with the same arguments gave {first.total!r} and then "
                f"{second.total!r}."
            ),
            advice="Remove dropout, subsampling and other randomness, or fix its seed inside the loss.",
            numbers={"first": first.total, "second": second.total},
        )
        return
    copies = {name: np.array(value) for name, value in arguments.items()}
    if scene.loss.writes_to(copies) and any(
        not np.array_equal(copies[name], arguments[name], equal_nan=copies[name].dtype.kind == "f")
        for name in copies
    ):
        changed = [n for n in copies if not np.array_equal(copies[n], arguments[n])]
        yield _mutates(scene, f"it changed {', '.join(changed)}")


def _unused(scene: Scene, first: Returned, arguments: Mapping[str, Any]) -> Iterator[Finding]:
    if not np.isfinite(first.total):
        return
    for binding in scene.loss.bindings:
        if all(
            scene.loss.call({**arguments, binding.argument: other}).total == first.total
            for other in _others(arguments[binding.argument])
        ):
            yield Finding(
                code="unused-argument",
                severity=Severity.WARNING,
                message=f"{scene.loss.name} takes {binding.argument!r}, but its value does not depend on it.",
                advice="Remove the argument, or use it: a forgotten argument is often a forgotten term.",
                numbers={"argument": binding.argument},
            )


def _others(value: np.ndarray) -> Iterator[np.ndarray]:
    """Yield values of the same shape and dtype, other than `value`."""
    if value.dtype.kind == "f":
        yield value * 1.03 + 0.01
        yield value * 0.96
        yield value * 7.0 - 3.0
    elif value.dtype.kind in "iu":
        yield np.roll(value, 1)
        yield value[..., ::-1] if value.ndim else value + 1
        yield np.where(value == value.max(), value.min(), value)
        yield 1 - value
        yield value + 1
    if value.dtype.kind == "b":
        yield ~value


def combined_shape(arguments: Mapping[str, Any]) -> tuple[str, str, tuple[int, ...]] | None:
    """Return the two arguments whose shapes broadcast to more elements than the largest argument has."""
    arrays = {name: np.asarray(value) for name, value in arguments.items()}
    largest = max((array.size for array in arrays.values()), default=0)
    names = [name for name, array in arrays.items() if array.ndim]
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            try:
                shape = np.broadcast_shapes(arrays[one].shape, arrays[other].shape)
            except ValueError:
                continue
            if int(np.prod(shape)) > largest:
                return one, other, shape
    return None


def broadcast_finding(scene: Scene, arguments: Mapping[str, Any], shape: tuple[int, ...]) -> Finding:
    """Say that arguments as injected combine to more elements than there are rows."""
    pair = combined_shape(arguments)
    what = (
        f"{pair[0]} {np.shape(arguments[pair[0]])} and {pair[1]} {np.shape(arguments[pair[1]])}"
        if pair
        else "the arguments"
    )
    return Finding(
        code="broadcast",
        severity=Severity.ERROR,
        message=(
            f"{what} broadcast to {tuple(int(n) for n in shape)} in {scene.loss.name}: every observation is compared "
            "with every prediction, not with its own."
        ),
        advice="Give both the same shape: mu[:, 0] or y.reshape(-1, 1).",
        numbers={"shape": [int(n) for n in shape]},
    )
