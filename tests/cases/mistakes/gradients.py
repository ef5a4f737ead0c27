"""Objectives whose value is right and whose derivative is not."""

import numpy as np
from scipy import special

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def _gamma_with_log_link(y, z):
    return np.sum(y * np.exp(-z) + z)


ROWS = (
    Wrong(
        id="gradient of logits without the sigmoid",
        model=m.logistic_regression,
        loss=right.from_logits,
        relation="equal",
        code="gradient-mismatch",
        options={"gradient": {"z": lambda y, z: z - y}},
        source="dmlc/xgboost#2995",
    ),
    Wrong(
        id="gradient of a Laplace at the logarithm of its scale",
        model=m.laplace,
        loss=right.laplace_full,
        relation="equal",
        code="gradient-mismatch",
        options={"gradient": {"mu": lambda y, mu, scale: np.sign(np.log(scale) - y) / scale}},
        source="stanfordmlgroup/ngboost#177",
    ),
    Wrong(
        id="gradient by the rate for that by its logarithm",
        model=m.poisson,
        loss=lambda y, z: np.sum(np.exp(z) - y * z),
        relation="constant",
        code="gradient-mismatch",
        options={"gradient": {"z": lambda y, z: 1 - y / np.exp(z)}},
    ),
    Wrong(
        id="hessian of a gamma with its label forgotten",
        model=m.gamma,
        loss=_gamma_with_log_link,
        relation="affine",
        code="gradient-mismatch",
        options={
            "given": "alpha",
            "args": {"z": lambda mu: np.log(mu)},
            "gradient": {"z": lambda y, z: 1 - y * np.exp(-z)},
            "hessian": {"z": lambda y, z: np.exp(-z)},
        },
    ),
    Wrong(
        id="gradient of the softmax without the label",
        model=m.softmax_regression,
        loss=right.categorical_logits_mean,
        relation="affine",
        code="gradient-mismatch",
        options={"gradient": {"z": lambda y, z: special.softmax(z, axis=1) / len(z)}},
    ),
)
