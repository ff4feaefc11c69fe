"""A stand-in for SP4N-LAPOR!'s API, version 3: strict, with every known quirk on a switch. See its README."""

from shared.testing.lapor.journal import JournalError
from shared.testing.lapor.masters import INSTITUTIONS, Entry, read_institutions
from shared.testing.lapor.quirks import Quirks
from shared.testing.lapor.simulator import HOSTS, create_simulator
from shared.testing.lapor.timetable import parse_timetable

__all__ = [
    "HOSTS",
    "INSTITUTIONS",
    "Entry",
    "JournalError",
    "Quirks",
    "create_simulator",
    "parse_timetable",
    "read_institutions",
]
