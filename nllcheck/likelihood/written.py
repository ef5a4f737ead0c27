"""A model from its source text, so that a model that is printed is the one that was checked; its data."""

from collections.abc import Callable, Mapping

import numpy as np
import pymc as pm

from nllcheck.errors import NllcheckError
from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.simulation import CannotSimulate, Simulator

__all__ = ["model_of_text", "simulate"]


def model_of_text(text: str, values: Mapping[str, np.ndarray]) -> Callable[[], pm.Model]:
    """Return a function that runs `text`, which nllcheck wrote itself, with `values`, and returns its ``model``."""
    code = compile(text, "<model>", "exec")

    def model() -> pm.Model:
        names: dict[str, object] = {"pm": pm, "np": np, **values}
        exec(code, names)  # noqa: S102 - what is printed is what is checked; nothing in it comes from outside
        built = names["model"]
        assert isinstance(built, pm.Model)
        return built

    return model


def simulate(model: Callable[[], pm.Model], seed: int) -> np.ndarray | None:
    """Return data of ``y`` drawn at parameters of ordinary size; None where PyMC cannot draw them."""
    try:
        likelihood = Likelihood(build_model(model))
        u = 0.35 + 0.13 * (np.arange(likelihood.n_params) % 5)
        return np.asarray(Simulator(likelihood).draw(likelihood.constrain(u), seed)["y"])
    except (CannotSimulate, NllcheckError):
        return None
