"""One claim from beginning to end: build, bind, probe, ask every question, name what was found, give the verdict."""

import functools
import itertools
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import numpy as np

from nllcheck.binding import BoundLoss, bind
from nllcheck.code import sources
from nllcheck.diagnosis.coefficients import coefficients
from nllcheck.diagnosis.failures import explain_failure, explain_small
from nllcheck.diagnosis.remarks import remarks
from nllcheck.errors import UnsupportedModel, UsageError
from nllcheck.evidence.contract import check_contract, is_breach
from nllcheck.evidence.curves import curves
from nllcheck.evidence.edges import check_edges
from nllcheck.evidence.gradient import check_gradient
from nllcheck.evidence.minimizer import Minimizers, compare_minimizers, same_on_several_data_sets
from nllcheck.evidence.normalization import check_normalization
from nllcheck.evidence.rows import Rows, cut_rows
from nllcheck.evidence.simulated import compare_on_simulated_data
from nllcheck.evidence.values import Comparison, compare_values
from nllcheck.likelihood.build import Builder, BuiltModel
from nllcheck.likelihood.distribution import Declaration, Declared, is_distribution, wanted_names
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.optimum import Optimum, find_optimum, surroundings
from nllcheck.likelihood.simulation import Simulator
from nllcheck.options import validate
from nllcheck.parts import Parts, centre, divide, starting_values
from nllcheck.probes import Prober
from nllcheck.relation import Relation
from nllcheck.result import CheckResult, Evidence, Finding, Status
from nllcheck.revisit import visits
from nllcheck.scene import Scene
from nllcheck.verdict import (
    as_note,
    as_remark,
    by_severity,
    described,
    estimates_of,
    holds,
    holds_different,
    is_enough,
    probes_of,
    values_evidence,
)
from nllcheck.visits import Asked, Visits

__all__ = ["Checker", "assert_nll", "check"]

DENSITY_BUDGET = 4.0  # seconds of work, a net: most need a tenth, for the integrals over y, for a small model


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


@dataclass(frozen=True, kw_only=True)
class _Staged:
    """A loss before one declaration of its likelihood, and whether it keeps the contract."""

    scene: Scene
    optimum: Optimum
    contract: Evidence
    findings: tuple[Finding, ...]
    simulated: bool

    @functools.cached_property
    def comparison(self) -> Comparison:
        """What the values say."""
        return compare_values(self.scene)


class Checker:
    """Checks claims; builds, compiles and optimises each model once.

    Parameters
    ----------
    seed : int
        Fixes the probes and the simulated data.
    curves : bool
        Record both sides along each parameter too, for reports that draw them.
    build : callable, optional
        Returns a built model, the same for the same model.
    """

    def __init__(
        self, *, seed: int = 0, curves: bool = False, build: Callable[[Any], BuiltModel] | None = None
    ) -> None:
        self.seed = seed
        self.curves = curves
        self._kept: list[Any] = []
        self._build = build or Builder()
        self._likelihoods: dict[tuple[Any, ...], Likelihood] = {}
        self._optima: dict[tuple[Any, ...], Optimum] = {}
        self._probers: dict[tuple[Any, ...], Prober] = {}
        self._declarations: dict[tuple[Any, ...], Iterator[tuple[Declared, Likelihood]]] = {}
        self._simulators: dict[int, Simulator] = {}
        self._scene_of_last: tuple[Scene, bool] | None = (
            None  # of the last claim; whether its data were simulated
        )
        self._result: CheckResult | None = None

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
        started, self._scene_of_last = time.perf_counter(), None
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
            of=of if isinstance(of, str) else tuple(of),
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
        code = sources(model=model, loss=loss)
        result = replace(result, code=code)
        self._result = replace(result, seconds=time.perf_counter() - started, versions=_versions())
        return self._result

    def visit(self, asked: Asked) -> Visits:
        """Evaluate the claim that was checked last where a baseline asks for it, and choose what to remember.

        A claim that could not be evaluated has nothing to visit: UsageError.
        """
        if self._scene_of_last is None or self._result is None:
            raise UsageError("no claim was evaluated: there is nothing to visit")
        scene, simulated = self._scene_of_last
        with np.errstate(all="ignore"):
            return visits(scene, self._result, asked, simulated=simulated)

    # -- what is shared by the claims about one model ------------------------------------------------------

    def likelihood(
        self,
        model: Any,
        *,
        of: str | tuple[str, ...] = "likelihood",
        potentials: str = "likelihood",
        weights: str | None = None,
    ) -> Likelihood:
        """Return the compiled functions of `model`, a function or a `pymc.Model`; built once for all claims."""
        key = (id(model), of, potentials, weights)
        if key not in self._likelihoods:
            self._likelihoods[key] = Likelihood(
                self._build(model), of=of, potentials=potentials, weights=weights
            )
        return self._likelihoods[key]

    def _check_model(self, model: Any, loss: Callable[..., Any], options: _Options) -> CheckResult:
        likelihood = self.likelihood(
            model, of=options.of, potentials=options.potentials, weights=options.weights
        )
        bound = bind(
            loss, likelihood.offers, args=options.args, convert=options.convert, model=likelihood.name
        )
        return self._examine(self._stage(likelihood, bound, options, None), options)

    def _check_distribution(
        self, distribution: Any, loss: Callable[..., Any], options: _Options
    ) -> CheckResult:
        """Try the likely declarations until the loss is affine in the NLL; else report the first."""
        first: _Staged | None = None
        for declared, likelihood in self._declared(distribution, loss, options):
            args = options.args
            if args is None or isinstance(args, Mapping):
                args = {**declared.names, **(args or {})}
            bound = bind(loss, likelihood.offers, args=args, convert=options.convert, model=likelihood.name)
            staged = self._stage(likelihood, bound, options, declared)
            first = first or staged
            if _is_affine(staged.comparison.relation):
                result = self._examine(staged, options)
                if _is_affine(result.relation):
                    return result
        assert first is not None
        return self._examine(first, options)

    def _declared(
        self, distribution: Any, loss: Callable[..., Any], options: _Options
    ) -> Iterator[tuple[Declared, Likelihood]]:
        """Yield the likely declarations, each built once for all losses that read the same names."""
        wanted = tuple(wanted_names(loss, options.args))
        key = (distribution, wanted, id(options.constants), id(options.domain), options.potentials)
        self._kept.append((options.constants, options.domain))
        known = self._declarations.get(key) or _declarations(distribution, loss, options, self.seed)
        self._declarations[key], declarations = itertools.tee(known)
        try:
            yield from declarations
        except UnsupportedModel:
            del self._declarations[key]
            raise

    def _optimum(self, likelihood: Likelihood, parts: Parts, declared: Declared | None) -> Optimum:
        key = (id(likelihood), parts.key)
        if key not in self._optima:
            moved = likelihood.positions(
                n
                for n in likelihood.free
                if n in (*parts.of_loss, *parts.nuisances) and n in likelihood.entering
            )
            start = starting_values(likelihood, parts)
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
            self._probers[key] = Prober(likelihood, simulator, centre(likelihood, optimum), parts, self.seed)
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
        parts = divide(likelihood, bound, options.given, unused)
        optimum = self._optimum(likelihood, parts, declared)
        prober = self._prober(likelihood, optimum, parts)
        return Scene(likelihood=likelihood, loss=bound, prober=prober, seed=self.seed), optimum

    def _stage(
        self, likelihood: Likelihood, bound: BoundLoss, options: _Options, declared: Declared | None
    ) -> _Staged:
        scene, optimum = self._scene(likelihood, bound, options, declared, frozenset())
        contract, findings = check_contract(scene)
        unused = frozenset(f.numbers["argument"] for f in findings if f.code == "unused-argument")
        if unused:  # what only an unused argument reads is a nuisance after all
            scene, optimum = self._scene(likelihood, bound, options, declared, unused)
        return _Staged(
            scene=scene,
            optimum=optimum,
            contract=contract,
            findings=tuple(findings),
            simulated=declared is not None,
        )

    def _examine(self, staged: _Staged, options: _Options) -> CheckResult:
        scene, findings = staged.scene, list(staged.findings)
        likelihood, bound, parts = scene.likelihood, scene.loss, scene.prober.parts
        self._scene_of_last = scene, staged.simulated
        base = CheckResult(
            name=options.name or bound.name,
            loss=bound.name,
            model=likelihood.name,
            of=options.of if isinstance(options.of, str) else ", ".join(options.of),
            claimed=options.relation,
            relation=None,
            holds=False,
            because=options.because,
            given=described(parts, profiled=False),
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
                evidence=(staged.contract,),
                findings=tuple(by_severity(findings)),
            )
            return replace(stopped, holds=holds_different(stopped, breach=True))
        return self._compare(staged, options, base, findings)

    def _compare(
        self, staged: _Staged, options: _Options, base: CheckResult, findings: list[Finding]
    ) -> CheckResult:
        scene, optimum = staged.scene, staged.optimum
        comparison, searched = explain_small(scene, staged.comparison)
        proven = comparison.relation not in (None, Relation.DIFFERENT)
        minimizers = compare_minimizers(scene, optimum, n_starts=1 if proven else 3)
        relation, minimizers, undecided = self._relation(scene, optimum, comparison, minimizers, options)
        rows = cut_rows(scene) if proven else Rows(additive=None, reason="the values disagree")
        simulated = compare_on_simulated_data(scene, comparison)
        scale, offset = coefficients(scene, comparison, rows, simulated)
        gradient, gradient_findings = check_gradient(
            scene, optimum, minimizers, scale.value if scale else None, options.gradient, options.hessian
        )
        edges, edge_findings = check_edges(scene, comparison)
        findings = findings + gradient_findings + edge_findings
        density, densities = check_normalization(scene, comparison, budget=DENSITY_BUDGET)
        loose = relation in (Relation.DIFFERENT, Relation.MINIMIZER)
        if loose and not is_enough(relation, options.relation):
            findings += explain_failure(scene, comparison, findings, density, densities, searched)
        else:
            findings += [as_remark(f) for f in densities]
        findings += remarks(scene, comparison, rows, simulated, scale, offset, relation, options.given)
        evidence = (
            staged.contract,
            values_evidence(comparison),
            minimizers.evidence() if not proven else as_note(minimizers.evidence()),
            gradient,
            density,
            edges,
        )
        result = replace(
            base,
            relation=relation,
            undecided=undecided,
            scale=scale,
            offset=offset,
            given=described(scene.prober.parts, profiled=comparison.profiled),
            evidence=evidence,
            findings=tuple(by_severity(findings)),
            estimates=estimates_of(scene, optimum, minimizers),
            probes=probes_of(scene, comparison),
            curves=curves(scene, optimum, minimizers.u) if self.curves else (),
        )
        return replace(result, holds=holds(result))

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
            centres = [setting.u for setting in prober.settings if setting.data_name == "given"]

            def draw(number: int) -> Mapping[str, np.ndarray]:
                shift = 0.5 * prober.direction(np.random.default_rng([self.seed, 14, number]))
                u = centres[number % len(centres)] + shift
                return prober.simulator.draw(prober.constrain(u), seed=1000 + self.seed + number)

            elsewhere = same_on_several_data_sets(scene, draw, moved)
            if elsewhere.status is Status.AGREES:
                return Relation.MINIMIZER, minimizers, ""
            minimizers = replace(minimizers, status=elsewhere.status, sentence=elsewhere.sentence)
            if elsewhere.status is Status.DISAGREES:
                return Relation.DIFFERENT, minimizers, ""
        if options.relation is Relation.MINIMIZER:
            return None, minimizers, minimizers.sentence
        return Relation.DIFFERENT, minimizers, ""


def _is_affine(relation: Relation | None) -> bool:
    return relation is not None and relation.implies(Relation.AFFINE)


def _first_paragraph(loss: Any) -> str:
    while isinstance(loss, functools.partial):
        loss = loss.func
    text = getattr(loss, "__doc__", None) or ""
    return " ".join(text.strip().split("\n\n")[0].split()) if isinstance(text, str) else ""


def _declarations(
    distribution: Any, loss: Callable[..., Any], options: _Options, seed: int
) -> Iterator[tuple[Declared, Likelihood]]:
    """Yield models of a distribution: a location per row, all per row, all shared, defaults left as they are."""
    given = (distribution, loss, options.args, options.constants, options.domain)
    declaration = Declaration(*given)
    for shapes in ("location per row", "all per row", "all shared"):
        try:
            declared = declaration.declare(shapes, seed)
        except UnsupportedModel:
            if shapes == "location per row":
                raise
            continue
        if declared is not None:
            yield declared, Likelihood(declared.built, potentials=options.potentials)
    if declaration.has_defaults:
        declared = Declaration(*given, keep_defaults=True).declare("location per row", seed)
        if declared is not None:
            yield declared, Likelihood(declared.built, potentials=options.potentials)


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
