"""One claim from beginning to end: build, bind, probe, ask every question, name what was found, give the verdict."""

import functools
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import numpy as np

from nllcheck.binding import BoundLoss, bind
from nllcheck.diagnosis.coefficients import coefficients
from nllcheck.diagnosis.failures import explain_failure
from nllcheck.diagnosis.remarks import remarks
from nllcheck.errors import UnknownArgument, UsageError
from nllcheck.evidence.contract import check_contract, is_breach
from nllcheck.evidence.edges import check_edges
from nllcheck.evidence.gradient import check_gradient
from nllcheck.evidence.minimizer import Minimizers, compare_minimizers, same_on_several_data_sets
from nllcheck.evidence.rows import Rows, cut_rows
from nllcheck.evidence.simulated import compare_on_simulated_data
from nllcheck.evidence.values import Comparison, compare_values
from nllcheck.likelihood.build import BuiltModel, build_model
from nllcheck.likelihood.distribution import Declared, declare, is_distribution
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.optimum import Optimum, find_optimum, standard_errors, surroundings
from nllcheck.likelihood.simulation import Simulator
from nllcheck.options import validate
from nllcheck.probes import Parts, Prober
from nllcheck.relation import Relation
from nllcheck.result import CheckResult, Evidence, Finding, Probe, Severity, Status
from nllcheck.scene import Scene

__all__ = ["Checker", "assert_nll", "check"]

ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What a user can say about a claim; see `check`."""

    relation: Relation
    of: str | tuple[str, ...]
    args: Any
    given: Any
    weights: str | None
    because: tuple[str, ...]
    gradient: Mapping[str, Callable[..., Any]] | None
    hessian: Mapping[str, Callable[..., Any]] | None
    convert: Callable[..., Any] | None
    potentials: str
    constants: Mapping[str, Any] | None
    domain: Mapping[str, str] | None
    name: str | None
    source: str


class Checker:
    """Checks claims; builds, compiles and optimises each model once.

    Parameters
    ----------
    seed : int
        Fixes the probes and the simulated data.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed
        self._kept: list[Any] = []
        self._built: dict[int, BuiltModel] = {}
        self._likelihoods: dict[tuple[Any, ...], Likelihood] = {}
        self._optima: dict[tuple[Any, ...], Optimum] = {}
        self._probers: dict[tuple[Any, ...], Prober] = {}
        self._simulators: dict[int, Simulator] = {}

    def check(
        self,
        model: Any,
        loss: Callable[..., Any],
        *,
        relation: str = "constant",
        of: str | tuple[str, ...] = "likelihood",
        args: Any = None,
        given: Any = None,
        weights: str | None = None,
        because: str | tuple[str, ...] | None = None,
        gradient: Mapping[str, Callable[..., Any]] | None = None,
        hessian: Mapping[str, Callable[..., Any]] | None = None,
        convert: Callable[..., Any] | None = None,
        potentials: str = "likelihood",
        constants: Mapping[str, Any] | None = None,
        domain: Mapping[str, str] | None = None,
        name: str | None = None,
        source: str = "",
    ) -> CheckResult:
        """Check one claim; the arguments are those of `nllcheck.check`."""
        started = time.perf_counter()
        validate(
            {
                "relation": relation,
                "of": of,
                "args": args,
                "given": given,
                "weights": weights,
                "because": because,
                "gradient": gradient,
                "hessian": hessian,
                "convert": convert,
                "potentials": potentials,
                "constants": constants,
                "domain": domain,
            }
        )
        options = _Options(
            relation=Relation.parse(relation),
            of=_parse_of(of),
            args=args,
            given=given,
            weights=weights,
            because=(because,) if isinstance(because, str) else tuple(because or ()),
            gradient=gradient,
            hessian=hessian,
            convert=convert,
            potentials=potentials,
            constants=constants,
            domain=domain,
            name=name,
            source=source,
        )
        if not callable(loss):
            raise UsageError(f"the loss is a {type(loss).__name__}, not a callable")
        with np.errstate(all="ignore"):
            if is_distribution(model):
                result = self._check_distribution(model, loss, options)
            else:
                result = self._check_model(model, loss, options)
        return replace(result, seconds=time.perf_counter() - started, versions=_versions())

    # -- what is shared by the claims about one model ------------------------------------------------------

    def _likelihood(self, model: Any, options: _Options) -> Likelihood:
        key = (id(model), options.of, options.potentials, options.weights)
        if key not in self._likelihoods:
            if id(model) not in self._built:
                self._kept.append(model)
                self._built[id(model)] = build_model(model)
            self._likelihoods[key] = Likelihood(
                self._built[id(model)], of=options.of, potentials=options.potentials, weights=options.weights
            )
        return self._likelihoods[key]

    def _check_model(self, model: Any, loss: Callable[..., Any], options: _Options) -> CheckResult:
        likelihood = self._likelihood(model, options)
        bound = bind(
            loss, likelihood.offers, args=options.args, convert=options.convert, model=likelihood.name
        )
        return self._examine(likelihood, bound, options, None)

    def _check_distribution(
        self, distribution: Any, loss: Callable[..., Any], options: _Options
    ) -> CheckResult:
        """Try the likely shapes of the parameters until the claim holds; else report the first."""
        first: CheckResult | None = None
        for shapes in ("location per row", "all per row", "all shared"):
            declared = declare(
                distribution,
                loss,
                options.args,
                options.constants,
                options.domain,
                shapes=shapes,
                seed=self.seed,
            )
            if declared is None:
                continue
            likelihood = Likelihood(declared.built, potentials=options.potentials)
            self._kept.append(likelihood)
            args = options.args
            if args is None or isinstance(args, Mapping):
                args = {**declared.names, **(args or {})}
            bound = bind(loss, likelihood.offers, args=args, convert=options.convert, model=likelihood.name)
            result = self._examine(likelihood, bound, options, declared)
            if result.relation is not None and result.relation.implies(Relation.AFFINE):
                return result
            first = first or result
        assert first is not None
        return first

    def _optimum(self, likelihood: Likelihood, parts: Parts, declared: Declared | None) -> Optimum:
        key = (id(likelihood), parts.key)
        if key not in self._optima:
            moved = likelihood.positions(
                n
                for n in likelihood.free
                if n in (*parts.of_loss, *parts.nuisances) and n in likelihood.entering
            )
            start = _start(likelihood, parts)
            if declared is not None:
                self._optima[key] = surroundings(
                    likelihood, declared.truth(likelihood), moved, declared.sentence
                )
            else:
                self._optima[key] = find_optimum(likelihood, start=start, moved=moved)
        return self._optima[key]

    def _prober(self, likelihood: Likelihood, optimum: Optimum, parts: Parts) -> Prober:
        key = (id(likelihood), parts.key)
        if key not in self._probers:
            simulator = self._simulators.setdefault(id(likelihood), Simulator(likelihood))
            self._probers[key] = Prober(likelihood, simulator, _centre(likelihood, optimum), parts, self.seed)
        return self._probers[key]

    # -- one claim -----------------------------------------------------------------------------------------

    def _scene(
        self,
        likelihood: Likelihood,
        bound: BoundLoss,
        options: _Options,
        declared: Declared | None,
        unused: frozenset[str],
    ) -> tuple[Scene, Optimum]:
        parts = _divide(likelihood, bound, options.given, unused)
        optimum = self._optimum(likelihood, parts, declared)
        prober = self._prober(likelihood, optimum, parts)
        return Scene(likelihood=likelihood, loss=bound, prober=prober, seed=self.seed), optimum

    def _examine(
        self, likelihood: Likelihood, bound: BoundLoss, options: _Options, declared: Declared | None
    ) -> CheckResult:
        scene, optimum = self._scene(likelihood, bound, options, declared, frozenset())
        contract, findings = check_contract(scene)
        unused = frozenset(f.numbers["argument"] for f in findings if f.code == "unused-argument")
        if unused:  # what only an unused argument reads is a nuisance after all
            scene, optimum = self._scene(likelihood, bound, options, declared, unused)
        parts = scene.prober.parts
        base = CheckResult(
            name=options.name or bound.name,
            loss=bound.name,
            model=likelihood.name,
            of=options.of if isinstance(options.of, str) else ", ".join(options.of),
            claimed=options.relation,
            relation=None,
            holds=False,
            because=options.because,
            given=_described(parts, profiled=False),
            arguments={b.argument: b.describe() for b in bound.bindings},
            n_obs=likelihood.data.n_obs,
            note=_first_paragraph(bound.loss),
            source=options.source,
            seed=self.seed,
        )
        if any(is_breach(finding) and finding.code != "data-cast" for finding in findings):
            first = next(finding for finding in findings if is_breach(finding))
            stopped = replace(
                base,
                undecided=f"the loss breaks the contract ({first.code})",
                evidence=(contract,),
                findings=tuple(_sorted(findings)),
            )
            return replace(stopped, holds=_holds_different(stopped, breach=True))
        return self._compare(scene, optimum, options, base, contract, findings)

    def _compare(
        self,
        scene: Scene,
        optimum: Optimum,
        options: _Options,
        base: CheckResult,
        contract: Evidence,
        findings: list[Finding],
    ) -> CheckResult:
        comparison = compare_values(scene)
        proven = comparison.relation not in (None, Relation.DIFFERENT)
        minimizers = compare_minimizers(
            scene, optimum, n_starts=1 if proven else 3, patience=40 if proven else 200
        )
        relation, minimizers, undecided = self._relation(scene, optimum, comparison, minimizers, options)
        rows = cut_rows(scene) if proven else Rows(additive=None, reason="the values disagree")
        simulated = compare_on_simulated_data(scene, comparison)
        scale, offset = coefficients(scene, comparison, rows, simulated)
        gradient, gradient_findings = check_gradient(
            scene, optimum, minimizers, scale.value if scale else None, options.gradient, options.hessian
        )
        edges, edge_findings = check_edges(scene, comparison)
        findings = findings + gradient_findings + edge_findings
        if relation in (Relation.DIFFERENT, Relation.MINIMIZER):
            explained = explain_failure(scene, comparison, findings)
            findings += [_as_remark(f) if _is_enough(relation, options) else f for f in explained]
        findings += remarks(scene, comparison, rows, simulated, scale, offset, relation, options.given)
        evidence = (
            contract,
            _values_evidence(comparison),
            minimizers.evidence() if not proven else _as_note(minimizers.evidence()),
            gradient,
            edges,
        )
        result = replace(
            base,
            relation=relation,
            undecided=undecided,
            scale=scale,
            offset=offset,
            given=_described(scene.prober.parts, profiled=comparison.profiled),
            evidence=evidence,
            findings=tuple(_sorted(findings)),
            estimates=_estimates(scene, optimum, minimizers),
            probes=_probes(scene, comparison),
        )
        return replace(result, holds=_holds(result))

    def _relation(
        self,
        scene: Scene,
        optimum: Optimum,
        comparison: Comparison,
        minimizers: Minimizers,
        options: _Options,
    ) -> tuple[Relation | None, Minimizers, str]:
        """Let the values decide down to ``monotone``, and the minimisers on several data sets below that."""
        if comparison.relation is not Relation.DIFFERENT:
            return comparison.relation, minimizers, comparison.reason
        if (
            comparison.flipped
            or comparison.is_flat
            or minimizers.status in (Status.DISAGREES, Status.NOT_APPLICABLE)
        ):
            return Relation.DIFFERENT, minimizers, ""
        if minimizers.status is Status.AGREES:
            moved = optimum.moved
            prober = scene.prober

            def draw(number: int) -> Mapping[str, np.ndarray]:
                shift = 0.5 * prober.direction(np.random.default_rng([self.seed, 14, number]))
                return prober.simulator.draw(
                    prober.constrain(optimum.u + shift), seed=1000 + self.seed + number
                )

            elsewhere = same_on_several_data_sets(scene, draw, moved)
            if elsewhere.status is Status.AGREES:
                return Relation.MINIMIZER, minimizers, ""
            minimizers = replace(minimizers, status=elsewhere.status, sentence=elsewhere.sentence)
            if elsewhere.status is Status.DISAGREES:
                return Relation.DIFFERENT, minimizers, ""
        if options.relation is Relation.MINIMIZER:
            return None, minimizers, minimizers.sentence
        return Relation.DIFFERENT, minimizers, ""


def _parse_of(of: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return of if isinstance(of, str) else tuple(of)


def _divide(likelihood: Likelihood, bound: BoundLoss, given: Any, unused: frozenset[str]) -> Parts:
    """Divide the free parameters into those of the loss, nuisances, and those that play no part."""
    fixed = _fixed(likelihood, given)
    reads = tuple(name for b in bound.bindings if b.argument not in unused for name in b.reads)
    read = {parent for name in reads for parent in likelihood.parents(name)} - set(fixed)
    read = {name for name in read if name in reads or _moves(likelihood, reads, name)}
    rest = [name for name in likelihood.free if name not in read and name not in fixed]
    return Parts(
        of_loss=tuple(name for name in likelihood.free if name in read),
        nuisances=tuple(name for name in rest if name in likelihood.entering),
        held=tuple(
            name for name in rest if name not in likelihood.entering and name not in likelihood.imputed
        ),
        fixed=fixed,
    )


def _moves(likelihood: Likelihood, reads: tuple[str, ...], name: str) -> bool:
    """Return whether moving a parameter changes anything that the loss reads."""
    rng = np.random.default_rng(15)
    u = rng.normal(scale=0.3, size=likelihood.n_params)
    before = likelihood.inject(u)
    u[likelihood.slices()[name]] += 0.37
    after = likelihood.inject(u)
    return any(not np.array_equal(before[n], after[n], equal_nan=False) for n in reads)


def _fixed(likelihood: Likelihood, given: Any) -> dict[str, np.ndarray]:
    names = [given] if isinstance(given, str) else list(given or ())
    for name in names:
        if name not in likelihood.free:
            raise UnknownArgument(
                f"given names {name!r}, which is no free parameter of {likelihood.name}; it has "
                f"{', '.join(likelihood.free)}"
            )
    if not isinstance(given, Mapping):
        return {}
    shapes = likelihood.constrain(np.zeros(likelihood.n_params))
    fixed = {}
    for name, value in given.items():
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise UsageError(f"given[{name!r}] is {value!r}; give a number") from None
        if array.shape not in ((), shapes[name].shape):
            raise UsageError(
                f"given[{name!r}] has shape {array.shape}; the parameter has {shapes[name].shape}"
            )
        fixed[name] = np.array(np.broadcast_to(array, shapes[name].shape))
    return fixed


def _start(likelihood: Likelihood, parts: Parts) -> np.ndarray | None:
    """Return a start with the fixed parameters at their values; None where nothing is fixed."""
    if not parts.fixed:
        return None
    x = likelihood.constrain(np.zeros(likelihood.n_params)) | dict(parts.fixed)
    u = likelihood.unconstrain(x)
    if not np.isfinite(u).all():
        bad = ", ".join(f"{name} = {value}" for name, value in parts.fixed.items())
        raise UsageError(f"given fixes {bad}, which is outside the support of {likelihood.name}")
    return u


def _centre(likelihood: Likelihood, optimum: Optimum) -> Optimum:
    """Return what the probes surround: the optimum, or a point well inside where there is none."""
    if optimum.kind in ("interior", "kink", "flat", "declared"):
        return optimum
    inside = np.clip(optimum.u, -2.0, 2.0) if optimum.kind == "edge" else _inside(likelihood, optimum)
    return surroundings(likelihood, inside, optimum.moved, optimum.sentence)


def _inside(likelihood: Likelihood, optimum: Optimum) -> np.ndarray:
    rng = np.random.default_rng(16)
    for scale in (0.3, 0.1, 0.03, 0.0):
        u = np.array(optimum.u)
        u[optimum.moved] = rng.normal(scale=scale, size=len(optimum.moved)) if scale else 0.0
        if np.isfinite(likelihood.objective(u)[0]):
            return u
    return likelihood.initial_point()


def _described(parts: Parts, *, profiled: bool) -> dict[str, Any]:
    return dict.fromkeys(parts.nuisances, "profiled" if profiled else "fixed") | {
        name: value.item() if value.ndim == 0 else value.tolist() for name, value in parts.fixed.items()
    }


def _values_evidence(comparison: Comparison) -> Evidence:
    numbers: dict[str, Any] = {"digits": comparison.digits}
    if comparison.relation is None:
        return Evidence(question="values", status=Status.UNDECIDED, summary=comparison.reason)
    if comparison.fit is not None and comparison.table is not None:
        numbers |= {"residual": comparison.fit.worst, "n_probes": len(comparison.table.loss)}
    if comparison.relation is Relation.DIFFERENT:
        why = "the loss is no increasing function of the NLL"
        if comparison.broken:
            why = f"the loss is not finite at {len(comparison.broken)} probes where the NLL is"
        if comparison.flipped:
            why = "the loss falls where the NLL rises"
        return Evidence(question="values", status=Status.DISAGREES, summary=why, numbers=numbers)
    if comparison.relation is Relation.MONOTONE:
        summary = "an increasing function of the NLL: equal on its level sets, to rounding"
        return Evidence(question="values", status=Status.AGREES, summary=summary, numbers=numbers)
    precise = "to rounding" if not comparison.limited else "not quite to rounding"
    summary = (
        f"{comparison.relation.meaning} {precise}: largest residual {comparison.fit.worst:.2g} noise floors "  # type: ignore[union-attr]
        f"over {numbers['n_probes']} probes, {comparison.digits:.0f} digits"
    )
    return Evidence(question="values", status=Status.AGREES, summary=summary, numbers=numbers)


def _as_note(evidence: Evidence) -> Evidence:
    """Where the values prove equal minimisers, a search that fails to find them proves nothing."""
    if evidence.status is not Status.DISAGREES:
        return evidence
    return replace(
        evidence,
        status=Status.UNDECIDED,
        summary=f"equal minimisers follow from the values; the search stopped early ({evidence.summary})",
    )


def _is_enough(relation: Relation | None, options: _Options) -> bool:
    return (
        relation is Relation.MINIMIZER
        and relation.implies(options.relation)
        and options.relation is not Relation.DIFFERENT
    )


def _as_remark(finding: Finding) -> Finding:
    """Why a relation is not tighter than the one claimed is a note."""
    return replace(finding, severity=Severity.NOTE) if finding.severity is Severity.ERROR else finding


def _estimates(scene: Scene, optimum: Optimum, minimizers: Minimizers) -> dict[str, dict[str, np.ndarray]]:
    if not optimum.exists:
        return {}
    parts = scene.prober.parts
    model = scene.prober.constrain(optimum.u)
    estimates = {"model": {n: v for n, v in model.items() if n in (*parts.of_loss, *parts.nuisances)}}
    if minimizers.u is not None:
        loss = scene.prober.constrain(minimizers.u)
        estimates["loss"] = {name: loss[name] for name in parts.of_loss}
    errors = standard_errors(scene.likelihood, optimum)
    if errors:
        estimates["standard_error"] = errors
    return estimates


def _probes(scene: Scene, comparison: Comparison) -> tuple[Probe, ...]:
    if comparison.table is None:
        return ()
    residuals = (
        comparison.fit.residual if comparison.fit is not None else np.full(len(comparison.table.loss), np.nan)
    )
    names = [n for n in scene.likelihood.free if n not in scene.likelihood.imputed]
    many = scene.likelihood.n_params > 200
    return tuple(
        Probe(
            kind=sample.point.kind,
            data=scene.prober.settings[sample.point.setting].data_name,
            parameters={} if many else {name: sample.point.x[name] for name in names},
            loss=sample.loss,
            nll=float(nll),
            floor=float(floor),
            residual=float(residual),
        )
        for sample, nll, floor, residual in zip(
            comparison.table.samples,
            comparison.table.nll,
            comparison.table.loss_floor,
            residuals,
            strict=True,
        )
    )


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: ORDER.index(finding.severity))


def _holds(result: CheckResult) -> bool:
    """Return whether the claim holds, as the definition in the documentation of `check` says."""
    if result.relation is None:
        return False
    if result.claimed is Relation.DIFFERENT:
        return _holds_different(result)
    return result.relation.implies(result.claimed) and not result.errors()


def _holds_different(result: CheckResult, *, breach: bool = False) -> bool:
    """Return whether a claim of ``different`` holds; a breach of contract must have been named."""
    if result.claimed is not Relation.DIFFERENT or (result.relation is not Relation.DIFFERENT and not breach):
        return False
    errors = result.errors()
    if not result.because:
        return not any(is_breach(finding) for finding in errors)
    return bool(errors) and errors[0].code in result.because


def _first_paragraph(loss: Any) -> str:
    while isinstance(loss, functools.partial):
        loss = loss.func
    text = getattr(loss, "__doc__", None) or ""
    return " ".join(text.strip().split("\n\n")[0].split()) if isinstance(text, str) else ""


@functools.cache
def _versions() -> dict[str, str]:
    packages = ("nllcheck", "pymc", "pytensor", "numpy", "scipy")
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "unknown"
    return found


def check(
    model: Any,
    loss: Callable[..., Any],
    *,
    relation: str = "constant",
    of: str | tuple[str, ...] = "likelihood",
    args: Any = None,
    given: Any = None,
    weights: str | None = None,
    because: str | tuple[str, ...] | None = None,
    gradient: Mapping[str, Callable[..., Any]] | None = None,
    hessian: Mapping[str, Callable[..., Any]] | None = None,
    convert: Callable[..., Any] | None = None,
    potentials: str = "likelihood",
    constants: Mapping[str, Any] | None = None,
    domain: Mapping[str, str] | None = None,
    seed: int = 0,
    name: str | None = None,
) -> CheckResult:
    """Ask whether minimising `loss` is maximising the likelihood of `model`, and how exactly.

    Parameters
    ----------
    model : function, pymc.Model or PyMC distribution class
        A function that returns a model is preferred: nllcheck then builds it at full precision. For a
        distribution class, nllcheck declares ``y ~ Dist(...)`` and simulates data.
    loss : callable
        Returns a real scalar or one value per observation; lower is better. Its arguments are injected by
        name: free variables on their constrained scale, deterministics, `pm.Data`, observed data.
    relation : {"constant", "equal", "affine", "monotone", "minimizer", "different"}
        What is claimed of the loss L and N = −log p in nats. The claim holds when the relation found is at
        least as tight and no finding is an error; ``"different"`` must be found exactly.
    of : {"likelihood", "posterior"} or tuple of str
        What p is; the posterior is the joint log-density on the constrained scale, without Jacobian. A tuple
        selects among several observed variables.
    args : tuple or mapping, optional
        Names for the arguments: ``("y", "mu")`` by position, ``{"y_true": "y"}`` by name, or functions of
        names, ``{"log_var": lambda sigma: 2 * np.log(sigma)}``.
    given : str, tuple of str, or mapping, optional
        Nuisance parameters that the relation holds fixed; a mapping fixes them at these values.
    weights : str, optional
        Name of a `pm.Data` that multiplies the rows of N.
    because : str or tuple of str, optional
        For a claim of ``"different"``: the code that must come first among the errors.
    gradient, hessian : mapping of str to callable, optional
        Derivatives of the loss by its arguments, elementwise for arguments with one entry a row.
    convert : callable, optional
        Applied to every array before the call, such as ``torch.as_tensor``.
    potentials : {"likelihood", "prior"}
        Where `pm.Potential` terms count.
    constants, domain : mapping, optional
        For a distribution class: parameters that are constant, ``{"n": 10}``, and domains that cannot be
        found, ``{"mu": "positive"}``.
    seed : int
    name : str, optional

    Returns
    -------
    CheckResult

    Raises
    ------
    nllcheck.errors.CannotEvaluate
        The claim could not be evaluated: an unknown argument, a model or data that cannot be used.
    nllcheck.errors.UsageError
        An option makes no sense.
    """
    return Checker(seed=seed).check(
        model,
        loss,
        relation=relation,
        of=of,
        args=args,
        given=given,
        weights=weights,
        because=because,
        gradient=gradient,
        hessian=hessian,
        convert=convert,
        potentials=potentials,
        constants=constants,
        domain=domain,
        name=name,
    )


def assert_nll(model: Any, loss: Callable[..., Any], **options: Any) -> None:
    """Raise AssertionError with the whole story unless the claim holds; takes what `check` takes."""
    __tracebackhide__ = True
    result = check(model, loss, **options)
    if not result.holds:
        raise AssertionError(f"\n{result}")
