"""A stand-in for Meta's Graph API, as far as we send: strict, its whole error table on a switch. See its README."""

from shared.testing.graph.errors import ERRORS
from shared.testing.graph.held import Account
from shared.testing.graph.simulator import create_graph_simulator

__all__ = ["ERRORS", "Account", "create_graph_simulator"]
