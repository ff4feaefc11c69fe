"""Fits the learnt part: TF-IDF of words and of letters beside the rules' scores, then a linear SVM."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from scipy.special import softmax  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from services.routing.model import features
from services.routing.rules.affair import AffairScore
from services.routing.rules.text import Text

#: Chosen by cross-validation on labelled complaints of other places.
REGULARISATION = 0.3
RULES_SCALE = 0.5
#: Sharpens margins before they become probabilities.
SHARPNESS = 5.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """The fitted parts; `classifier.classes_` are keys of main affairs."""

    words: Any
    letters: Any
    classifier: Any

    def probabilities(self, texts: Sequence[Text], ranked: Sequence[Sequence[AffairScore]]) -> Any:
        """Return a matrix (texts, classes) of probabilities."""
        seen = _joined(
            self.words.transform(map(features.words, texts)),
            self.letters.transform(map(features.letters, texts)),
            ranked,
        )
        margins = self.classifier.decision_function(seen) * SHARPNESS
        return softmax(margins, axis=1)


def fit(texts: Sequence[Text], ranked: Sequence[Sequence[AffairScore]], labels: Sequence[str]) -> Learnt:
    """Fit on texts with their main affairs; the same input gives the same model."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, token_pattern=r"\S+")  # noqa: S106  (a pattern of words)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3)
    seen = _joined(
        words.fit_transform(map(features.words, texts)),
        letters.fit_transform(map(features.letters, texts)),
        ranked,
    )
    classifier = LinearSVC(C=REGULARISATION, random_state=0)
    return Learnt(words, letters, classifier.fit(seen, list(labels)))


def _joined(words: Any, letters: Any, ranked: Sequence[Sequence[AffairScore]]) -> Any:
    rules = csr_matrix(features.rule_features(ranked) * RULES_SCALE)
    return hstack([words, letters, rules], format="csr")
