"""Fits the learnt part: a linear SVM over TF-IDF of words and of letters, weighed against the rules (`voices`)."""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.sparse import hstack  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from services.routing.model import features
from services.routing.model.voices import Weights, probabilities, voices, weigh
from services.routing.rules.affair import AffairScore
from services.routing.rules.text import Text

#: Chosen by cross-validation on labelled complaints of other places.
REGULARISATION = 0.3
FOLDS = 5
#: The margin of an affair that a fold's training texts did not have: that of a clear no.
_CLEAR_NO = -1.3
_WORDS: dict[str, Any] = {
    "sublinear_tf": True,
    "min_df": 2,
    "dtype": np.float32,
    "token_pattern": r"\S+",
}
_LETTERS: dict[str, Any] = {
    "analyzer": "char_wb",
    "ngram_range": (3, 5),
    "sublinear_tf": True,
    "min_df": 3,
    "dtype": np.float32,
}


@dataclass(frozen=True, slots=True)
class Learnt:
    """The fitted parts: `affairs` are keys of main affairs, the columns of `slopes` (terms, affairs) and `levels`."""

    affairs: list[str]
    words: Any
    letters: Any
    slopes: Any
    levels: Any
    weights: Weights

    def probabilities(self, texts: Sequence[Text], ranked: Sequence[Sequence[AffairScore]]) -> Any:
        """Return a matrix (texts, affairs) of calibrated probabilities."""
        margins = _seen(self.words, self.letters, texts) @ self.slopes + self.levels
        return probabilities(voices(margins, *features.rule_features(ranked, self.affairs)), self.weights)

    def parts(self) -> dict[str, Any]:
        """Return what is to be stored, in plain texts and arrays: a vocabulary as a dict would be slow to load."""
        return {
            "affairs": self.affairs,
            "slopes": self.slopes,
            "levels": self.levels,
            **self.weights._asdict(),
            **_vocabulary("words", self.words),
            **_vocabulary("letters", self.letters),
        }

    @classmethod
    def of_parts(cls, parts: Mapping[str, Any]) -> Self:
        """Return what `parts` came of; raises `KeyError` where one is missing."""
        words = _vectorizer(_WORDS, parts["words"], parts["words_idf"])
        letters = _vectorizer(_LETTERS, parts["letters"], parts["letters_idf"])
        weights = Weights(*(parts[name] for name in Weights._fields))
        return cls(parts["affairs"], words, letters, parts["slopes"], parts["levels"], weights)


def fit(texts: Sequence[Text], ranked: Sequence[Sequence[AffairScore]], labels: Sequence[str]) -> Learnt:
    """Fit on texts with their main affairs; the same input gives the same model.

    Each fold has an SVM of its own; the model is their mean, so that its margins are like those that were weighed.
    """
    words, letters = TfidfVectorizer(**_WORDS), TfidfVectorizer(**_LETTERS)
    words.fit(map(features.words, texts))
    letters.fit(map(features.letters, texts))
    seen, right = _seen(words, letters, texts), np.array(labels)
    affairs = sorted(set(labels))
    margins = np.zeros((len(texts), len(affairs)))
    slopes, levels = np.zeros((seen.shape[1], len(affairs))), np.zeros(len(affairs))
    for others, these in _folds(right):
        slope, level = _svm(seen[others], right[others], affairs)
        margins[these] = seen[these] @ slope + level
        slopes += slope / FOLDS
        levels += level / FOLDS
    heard = voices(margins, *features.rule_features(ranked, affairs))
    weights = weigh(heard, np.searchsorted(affairs, right))
    return Learnt(affairs, words, letters, slopes.astype(np.float32), levels, weights)


def enough(labels: Sequence[str], fewest: int) -> bool:
    """Say whether so many affairs have texts in every fold."""
    return sum(count >= FOLDS for count in Counter(labels).values()) >= fewest


def _svm(seen: Any, right: Any, affairs: Sequence[str]) -> tuple[Any, Any]:
    """Return the slopes (terms, affairs) and levels (affairs) of an SVM; of an affair without texts, a clear no.

    An affair's few texts weigh as much as another's many: a rare affair is among the three more often.
    """
    svm = LinearSVC(C=REGULARISATION, class_weight="balanced", random_state=0).fit(seen, right)
    slopes, levels = np.zeros((seen.shape[1], len(affairs))), np.full(len(affairs), _CLEAR_NO)
    columns = np.searchsorted(affairs, svm.classes_)
    slopes[:, columns], levels[columns] = svm.coef_.T, svm.intercept_
    return slopes, levels


def _seen(words: Any, letters: Any, texts: Sequence[Text]) -> Any:
    return hstack(
        [words.transform(map(features.words, texts)), letters.transform(map(features.letters, texts))], format="csr"
    )


def _folds(right: Any) -> Iterator[tuple[Any, Any]]:
    with warnings.catch_warnings():  # affairs with fewer texts than folds are missing in some: so be it
        warnings.filterwarnings("ignore", "The least populated class")
        yield from StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(right, right)


def _vocabulary(name: str, vectorizer: Any) -> dict[str, Any]:
    return {name: "\n".join(vectorizer.get_feature_names_out()), f"{name}_idf": vectorizer.idf_}


def _vectorizer(options: Mapping[str, Any], terms: str, idf: Any) -> Any:
    vectorizer = TfidfVectorizer(**options, vocabulary={term: row for row, term in enumerate(terms.split("\n"))})
    vectorizer.idf_ = idf
    return vectorizer
