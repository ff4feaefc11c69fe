"""Weighs the two voices, what was learnt and what the rules say, so that a confidence of 0.8 is right 8 times in 10.

score of an affair = learnt weight x margin of the SVM + weights x what the rules say (log share, points) + the affair's
own offset; a softmax makes probabilities of them. The few weights are fitted on margins of texts that the SVM had not
seen (folds inside the training texts): only these are as unsure as those of tomorrow. Labels are never all right, which
a softmax does not know: the share of the first affair is then mended by how often it was right (Platt's scaling).
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit, log_softmax, logit, softmax  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

#: A share of 0 has no logarithm; where the rules are silent about an affair, they say this much.
_SILENCE = 0.003
#: Pulls an affair's own offset towards 0, so that a rare affair gets none.
_OFFSET_PENALTY = 3.0
_WEIGHT_PENALTY = 0.001
#: Nothing is surer than this, nor less sure than its opposite.
_MOST = 0.9999
#: Less sure than before, the first affair still stays so much ahead of the second.
_AHEAD = 1e-6


class Weights(NamedTuple):
    """Weights of the voices (3), offsets of the affairs, and slope and level (2) of the first affair's log odds."""

    voices: Any
    offsets: Any
    sureness: Any


def voices(margins: Any, shares: Any, points: Any) -> Any:
    """Return (texts, affairs, 3) of three matrices (texts, affairs)."""
    return np.stack([margins, np.log(shares + _SILENCE), points], axis=2)


def weigh(heard: Any, right: Any) -> Weights:
    """Return the weights under which the right affairs (column numbers) are likeliest."""
    (_, affairs, count), rows = heard.shape, np.arange(len(right))
    target = np.zeros(heard.shape[:2])
    target[rows, right] = 1

    def loss(at: Any) -> tuple[float, Any]:
        weights, offsets = at[:count], at[count:]
        logs = log_softmax(heard @ weights + offsets, axis=1)
        excess = np.exp(logs) - target
        penalty = _WEIGHT_PENALTY * weights @ weights + _OFFSET_PENALTY * offsets @ offsets
        slopes = (
            np.einsum("ta,tav->v", excess, heard) + 2 * _WEIGHT_PENALTY * weights,
            excess.sum(axis=0) + 2 * _OFFSET_PENALTY * offsets,
        )
        return float(penalty - logs[rows, right].sum()), np.concatenate(slopes)

    start = np.concatenate([np.ones(count), np.zeros(affairs)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    shares = _shares(heard, found[:count], found[count:])
    return Weights(found[:count], found[count:], _sureness(shares.max(axis=1), shares.argmax(axis=1) == right))


def probabilities(heard: Any, weights: Weights) -> Any:
    """Return (texts, affairs) of probabilities, each row summing to 1."""
    shares = _shares(heard, weights.voices, weights.offsets)
    rows, best = np.arange(len(shares)), shares.argmax(axis=1)
    said = np.clip(shares[rows, best], 1 - _MOST, _MOST)
    second = np.partition(shares, -2, axis=1)[:, -2]
    slope, level = weights.sureness
    as_the_second = second / (1 - said + second)
    sure = np.maximum(expit(slope * logit(said) + level), as_the_second + _AHEAD)
    shares *= ((1 - sure) / (1 - shares[rows, best]).clip(1 - _MOST))[:, None]
    shares[rows, best] = sure
    return shares / shares.sum(axis=1, keepdims=True)


def _shares(heard: Any, voices: Any, offsets: Any) -> Any:
    return softmax(heard @ voices + offsets, axis=1)


def _sureness(said: Any, right: Any) -> Any:
    """Return slope and level of the log odds of being right over those that were said."""
    if right.all() or not right.any():
        return np.array([1.0, 0.0])
    seen = logit(said.clip(1 - _MOST, _MOST))[:, None]
    fitted = LogisticRegression(C=1 / _WEIGHT_PENALTY).fit(seen, right)
    return np.array([fitted.coef_[0, 0], fitted.intercept_[0]])
