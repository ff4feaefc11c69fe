"""A stand-in for SP4N-LAPOR!'s API, version 3: strict, with every known quirk on a switch. See its README."""

from shared.testing.lapor.quirks import Quirks
from shared.testing.lapor.simulator import HOSTS, INSTITUTIONS, create_simulator
from shared.testing.lapor.timetable import parse_timetable

__all__ = ["HOSTS", "INSTITUTIONS", "Quirks", "create_simulator", "parse_timetable"]
