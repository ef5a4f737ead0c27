"""The record of one comparison: frozen, complete, and the same after a round trip through JSON.

A number that does not exist (the MLE of a parameter that does not enter the likelihood) is None; a number
that came out as nan or infinite stays nan or infinite, in JSON the string "nan", "inf" or "-inf".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nllcheck.comparison.codec import decode, encode
from nllcheck.errors import UsageError

if TYPE_CHECKING:
    from nllcheck.comparison.pictures import Pictures

__all__ = [
    "SCHEMA",
    "Comparison",
    "Curves",
    "Estimate",
    "Gate",
    "Interval",
    "LossSide",
    "Prediction",
    "Remark",
    "Settings",
]

SCHEMA = 1
RUN = (
    "seconds",
    "sampling_seconds",
    "cached",
    "versions",
)  # what may differ between two runs of one comparison


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the posterior was sampled and summed up; everything explicit.

    Attributes
    ----------
    draws, tune, chains : int
        Per chain: draws kept, draws spent on tuning; number of chains.
    prob : float
        Probability of the intervals, the credible and the Wald interval alike.
    ci_kind : str
        ``"eti"``: equal tails.
    seed : int
    target_accept : float
    sampler : str
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    prob: float = 0.95
    ci_kind: str = "eti"
    seed: int = 0
    target_accept: float = 0.9
    sampler: str = "nutpie"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """From `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One condition without which the numbers are no comparison.

    Attributes
    ----------
    code : str
        ``"observations"``, ``"discrete"``, ``"prior"``, ``"optimum"``, ``"information"``, ``"density"``,
        ``"r-hat"``, ``"ess"``, ``"divergences"``, ``"modes"``, …; stable.
    passed : bool
        nan never passes.
    message : str
        A sentence with its numbers; for a gate that failed, the headline.
    advice : str
        What to try; may be empty.
    numbers : mapping
        The evidence in machine form.
    """

    code: str
    passed: bool
    message: str
    advice: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something to know about a comparison that stands.

    Attributes
    ----------
    code : str
        ``"prior-free"``, ``"scaled-loss"``, ``"prior-sensitivity"``, ``"prior-data-conflict"``, ``"not-gaussian"``,
        ``"no-mle"``, ``"pareto-k"``, ``"map-scale"``, …; stable.
    message : str
        A sentence with its numbers.
    parameter : str
        The label of the scalar it is about; empty if it is about all.
    warning : bool
        Whether a conclusion drawn without heeding it would be wrong.
    numbers : mapping
    """

    code: str
    message: str
    parameter: str = ""
    warning: bool = False
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Curves:
    """What pictures of one scalar need; every tuple may be empty, those that belong together are equally long.

    Attributes
    ----------
    x : tuple of float
        Values of the parameter, constrained scale, ascending.
    posterior, prior : tuple of float
        Densities at `x`; the prior is empty where it has none of its own (flat, or given other parameters).
    at : tuple of float
        Values of the parameter along which loss and NLL were followed, ascending.
    nll, loss : tuple of float
        N at `at` minus its least value there, through the MLE; and the loss through its own minimiser, in its
        own units, minus its least value. The other parameters are held. `loss` is empty without a loss.
    """

    x: tuple[float, ...] = ()
    posterior: tuple[float, ...] = ()
    prior: tuple[float, ...] = ()
    at: tuple[float, ...] = ()
    nll: tuple[float, ...] = ()
    loss: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One scalar of one free parameter, on the constrained scale.

    Attributes
    ----------
    name : str
        Of the variable: ``"beta"``.
    label : str
        Of the scalar: ``"beta[gnp]"``; the variable's name for a scalar variable.
    scale : str
        The unconstrained scale that the optimiser and the sampler use: ``""`` (the same), ``"log"``,
        ``"logit"`` or the name of PyMC's transform.
    mle, standard_error : float or None
        Maximum of the likelihood alone; standard error from the observed information by the delta method.
    wald : Interval or None
        MLE ± z·SE at the settings' probability.
    map : float or None
        The mode of the joint density p(y, θ) on the constrained scale: the MAP.
    map_unconstrained : float or None
        The mode on the unconstrained scale (with Jacobian), as a constrained value; None where it is the same mode.
    loss_minimizer : float or None
    mean, median, sd : float
    interval : Interval
        Credible, of the settings' kind and probability.
    r_hat, ess_bulk, ess_tail, mcse_mean : float
    skewness : float
        Of the posterior.
    mean_shift, map_shift : float or None
        (Posterior mean − MLE)/SE and (MAP − MLE)/SE.
    sd_ratio : float or None
        Posterior sd/SE.
    low_shift, high_shift : float or None
        (End of the credible interval − end of the Wald interval)/SE.
    overlap : float or None
        Length common to both intervals over the length that they cover together.
    same_story : bool or None
        Whether both intervals would lead to the same conclusions.
    prior_sensitivity, likelihood_sensitivity : float or None
        Of `arviz.psense_summary`; None for flat priors.
    sensitivity : str
        ArviZ's diagnosis in its words; empty where there is none.
    sentence : str
        What the difference between the two analyses is, for this scalar.
    curves : Curves
    """

    name: str
    label: str
    scale: str = ""
    mle: float | None = None
    standard_error: float | None = None
    wald: Interval | None = None
    map: float | None = None
    map_unconstrained: float | None = None
    loss_minimizer: float | None = None
    mean: float = float("nan")
    median: float = float("nan")
    sd: float = float("nan")
    interval: Interval = Interval(low=float("nan"), high=float("nan"))
    r_hat: float = float("nan")
    ess_bulk: float = float("nan")
    ess_tail: float = float("nan")
    mcse_mean: float = float("nan")
    skewness: float = float("nan")
    mean_shift: float | None = None
    map_shift: float | None = None
    sd_ratio: float | None = None
    low_shift: float | None = None
    high_shift: float | None = None
    overlap: float | None = None
    same_story: bool | None = None
    prior_sensitivity: float | None = None
    likelihood_sensitivity: float | None = None
    sensitivity: str = ""
    sentence: str = ""
    curves: Curves = Curves()


@dataclass(frozen=True, kw_only=True)
class LossSide:
    """The loss, and what it is of the model's NLL.

    Attributes
    ----------
    name, note, source : str
        As in a `CheckResult`.
    of : str
        ``"likelihood"``, ``"posterior"`` or names of observed variables.
    relation : str
        The relation found; empty if undecided.
    holds : bool
        Whether the claim holds; a loss whose claim does not hold is told, and no minimiser is compared.
    scale : float or None
        a of L = a·N + c.
    scale_name : str
        Such as ``"1/n"``; empty where it has none.
    nuisances : tuple of str
        Parameters that the loss does not know; its minimiser has no value for them.
    sentence : str
        What its minimiser estimates, and what a ≠ 1 would do to posterior widths and penalties.
    """

    name: str
    of: str = "likelihood"
    relation: str = ""
    holds: bool = False
    scale: float | None = None
    scale_name: str = ""
    nuisances: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """PSIS-LOO against −AIC/2: two estimates of how well the model predicts, in nats.

    Attributes
    ----------
    why_not : str
        Why there is none (no normalised term per observation, flat likelihood, …); then the numbers are None.
    elpd_loo, elpd_se, p_loo : float or None
    log_likelihood : float or None
        At the MLE.
    n_parameters : int or None
        Parameters that enter the likelihood.
    minus_half_aic : float or None
        log-likelihood − n_parameters.
    pareto_k_limit : float or None
    pareto_k_worst : float or None
    bad_rows : tuple of int
        Observations whose Pareto k is above the limit (0-based, flattened).
    sentence : str
    """

    why_not: str = ""
    elpd_loo: float | None = None
    elpd_se: float | None = None
    p_loo: float | None = None
    log_likelihood: float | None = None
    n_parameters: int | None = None
    minus_half_aic: float | None = None
    pareto_k_limit: float | None = None
    pareto_k_worst: float | None = None
    bad_rows: tuple[int, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Bayesian and maximum-likelihood estimates of one model; ``print(comparison)`` tells the story.

    Attributes
    ----------
    name : str
        The model's name.
    source : str
        ``"file:line"`` or ``"file"`` of the model, where known.
    headline : str
        One sentence: what the comparison comes to, or the gate that failed.
    gates : tuple of Gate
        Those that could be decided, in order; when one failed, later ones may be missing.
    estimates : tuple of Estimate
        One a scalar, in the model's order. When a gate failed these are what could be computed; they are
        no comparison, and no table of them is to be printed.
    flat_priors : tuple of str
        Free variables with a constant prior density (Flat, HalfFlat, Uniform).
    prior_free : bool
        Whether all priors are flat, so that the MAP is the MLE, unless on the edge of its support.
    n_obs, n_parameters, n_divergent : int
        Observations; scalars of free parameters; divergent transitions.
    loss : LossSide or None
    prediction : Prediction
    remarks : tuple of Remark
    settings : Settings
    priors : mapping of str to str
        Each free variable's prior in words: ``"Normal(0, 10)"``.
    potentials : tuple of str
        Names of `pm.Potential` terms; they count under the likelihood.
    cached : bool
        Whether the posterior came from the cache.
    seconds, sampling_seconds : float
    versions : mapping of str to str
    """

    name: str
    source: str = ""
    headline: str
    gates: tuple[Gate, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    flat_priors: tuple[str, ...] = ()
    prior_free: bool = False
    n_obs: int = 0
    n_parameters: int = 0
    n_divergent: int = 0
    loss: LossSide | None = None
    prediction: Prediction = Prediction()
    remarks: tuple[Remark, ...] = ()
    settings: Settings = Settings()
    priors: Mapping[str, str] = field(default_factory=dict)
    potentials: tuple[str, ...] = ()
    cached: bool = False
    seconds: float = 0.0
    sampling_seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def stands(self) -> bool:
        """Whether every gate passed: only then are the estimates a comparison."""
        return bool(self.gates) and all(gate.passed for gate in self.gates)

    @property
    def failed(self) -> tuple[Gate, ...]:
        """The gates that failed, the one of the headline first."""
        return tuple(gate for gate in self.gates if not gate.passed)

    def estimate(self, label: str) -> Estimate:
        """Return the estimate of the scalar called `label`, such as ``"beta[gnp]"``.

        Raises
        ------
        KeyError
            There is none of this label; the message lists them.
        """
        for estimate in self.estimates:
            if estimate.label == label:
                return estimate
        raise KeyError(f"no estimate {label!r}; there are {', '.join(e.label for e in self.estimates)}")

    def __eq__(self, other: object) -> bool:  # by the spelling of numbers: nan equals nan
        return isinstance(other, Comparison) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.name, self.source, self.headline, self.settings))

    def __str__(self) -> str:
        from nllcheck.comparison import story

        return story.story(self)

    def _repr_html_(self) -> str:
        from nllcheck.comparison import story

        return story.html(self)

    def plot(self) -> "Pictures":
        """Draw the forest, the densities and the profiles; a notebook shows them.

        Raises
        ------
        MissingPackage
            Matplotlib is not installed (the extra ``plots``).
        CannotEvaluate
            A gate failed: there is no comparison to draw.
        """
        from nllcheck.comparison.pictures import plot

        return plot(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready dictionaries; non-finite numbers become strings."""
        body = encode(self)
        run = {name: body.pop(name) for name in RUN}
        return {"schema": SCHEMA, **body, "run": run}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Comparison":
        """Rebuild the record that `to_dict` wrote, or raise UsageError that names what is wrong."""
        if record.get("schema") != SCHEMA:
            raise UsageError(f"this record has schema {record.get('schema')!r}; this nllcheck reads {SCHEMA}")
        try:
            values = {name: value for name, value in record.items() if name not in ("schema", "run")}
            found: Comparison = decode(cls, values | dict(record["run"]), "comparison")
            return found
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"this is no record of a comparison: {error}") from error
