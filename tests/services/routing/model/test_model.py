"""The trained model on made-up complaints."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from services.routing.model import serve, store
from services.routing.model.features import spoken
from services.routing.model.serve import AffairModel, load_model
from services.routing.model.store import ModelError
from services.routing.model.train import is_held_out, train
from services.routing.model.voices import Weights, probabilities
from services.routing.rules.affair import AffairScore
from services.routing.rules.text import normalize
from shared.core.errors import ExplainedError
from tests.services.routing.model.lessons import SUBJECTS, WHERE, pairs

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def score(model: AffairModel, text: str) -> tuple[AffairScore, ...]:
    words = normalize(text)
    return model.score(words, spoken(words))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("models")
    store.use(home, train(pairs(), home, now=NOW).card.version)
    return home


def test_no_model_in_use_is_none(tmp_path):
    assert load_model(tmp_path) is None


def test_a_trained_model_finds_what_it_was_taught_and_keeps_unseen_affairs_possible(folder):
    model = load_model(folder)
    assert isinstance(model, AffairModel)
    assert score(model, "limbah berbau di kampung")[0].affair == "lingkungan_hidup"
    assert "pendidikan" in {one.affair for one in score(model, "guru sekolah dasar")}


def test_the_same_texts_give_the_same_version_and_scores(folder, tmp_path):
    card = train(pairs(), tmp_path, now=NOW).card
    store.use(tmp_path, card.version)
    first, second = load_model(folder), load_model(tmp_path)
    assert first is not None
    assert second is not None
    assert first.version == second.version
    assert score(first, "parkir liar di pasar") == score(second, "parkir liar di pasar")


def test_a_worse_model_is_refused(folder):
    following = dict(zip(SUBJECTS, [*SUBJECTS][1:] + [*SUBJECTS][:1], strict=True))
    mislabelled = [
        (text, affair if is_held_out(normalize(text).words) else following[affair]) for text, affair in pairs()
    ]
    mixed = train(mislabelled, folder, now=NOW)
    assert "worse" in (mixed.refused or "")
    assert store.in_use(folder) != mixed.card.version


def test_too_few_texts_are_refused(tmp_path):
    with pytest.raises(ExplainedError, match="too few"):
        train(pairs()[:50], tmp_path, now=NOW)


def test_a_damaged_model_says_why(tmp_path):
    card = train(pairs(), tmp_path, now=NOW).card
    store.use(tmp_path, card.version)
    (tmp_path / card.version / store.MODEL).write_bytes(b"x")
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path)
    assert "damaged" in (serve.why_unusable(tmp_path) or "")


def test_texts_with_several_affairs_are_learnt_as_most_say_and_told(tmp_path):
    doubled = [("lubang besar di gang", "pupr")] * 2 + [("lubang besar di gang", "dukcapil"), ("rusa", "umum")]
    outcome = train([*pairs(), *doubled, ("rusa", "pupr")], tmp_path, now=NOW)
    assert outcome.card.texts["pupr"] == len(WHERE) * 2 + 1
    assert "umum" not in outcome.card.texts
    assert outcome.notes[0].startswith("3 of 305 texts repeat")
    assert outcome.notes[1].startswith("2 texts are labelled with different affairs")
    assert "1 of them are left out" in outcome.notes[1]


def test_a_damaged_model_in_use_stops_no_training(tmp_path):
    version = train(pairs(), tmp_path, now=NOW).card.version
    store.use(tmp_path, version)
    (tmp_path / version / store.MEASURED).write_bytes(b"x")
    outcome = train([*pairs(), ("selokan mampet di gang", "pupr")], tmp_path, now=NOW)
    assert outcome.refused is None
    assert "damaged" in outcome.notes[-1]


def test_a_model_of_an_older_layout_is_not_taken_into_use(tmp_path):
    card = train(pairs(), tmp_path, now=NOW).card
    told = tmp_path / card.version / "card.json"
    told.write_text(json.dumps(json.loads(told.read_text()) | {"format": store.FORMAT - 1}))
    with pytest.raises(ModelError, match="train anew"):
        store.use(tmp_path, card.version)


@pytest.mark.parametrize(("slope", "level"), [(1.0, 0.0), (0.9, -0.3), (0.6, -1.0), (-0.2, -2.0)])
def test_mending_how_sure_it_is_never_puts_the_second_affair_first(slope, level):
    heard = np.random.default_rng(0).normal(size=(2_000, 8, 3))
    weights = Weights(np.array([1.0, 0.5, 0.5]), np.zeros(8), np.array([slope, level]))
    shares = probabilities(heard, weights)
    best, second = np.sort(shares, axis=1)[:, [-1, -2]].T
    assert (shares.argmax(axis=1) == (heard @ weights.voices).argmax(axis=1)).all()
    assert (best > second).all()
    assert shares.sum(axis=1) == pytest.approx(1)


def test_a_damaged_card_leaves_the_others_listed(tmp_path):
    version = train(pairs(), tmp_path, now=NOW).card.version
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "card.json").write_text("{", encoding="utf-8")
    cards, faults = store.cards(tmp_path)
    assert [card.version for card in cards] == [version]
    assert faults == ["model older: card.json is missing or damaged; train anew"]


def test_the_folder_of_models_is_the_one_where_the_service_looks(monkeypatch, tmp_path):
    monkeypatch.setenv("NTBCARE_ROUTING_MODELS", str(tmp_path))
    assert store.default_folder() == tmp_path
