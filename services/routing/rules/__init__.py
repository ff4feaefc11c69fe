"""Pure rules: a complaint's text and place in, an agency with its reasons out."""

from services.routing.rules.decide import Candidate, Clues, Decision, Knowledge, decide
from services.routing.rules.place import PlaceCandidate, PlaceFinding

__all__ = ["Candidate", "Clues", "Decision", "Knowledge", "PlaceCandidate", "PlaceFinding", "decide"]
