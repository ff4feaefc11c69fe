"""Regions, government affairs and agencies as dated, reviewed data."""

from shared.directory.affairs import Affair, Level, affairs, main_affair
from shared.directory.agencies import Agency, AgencyKind, Alias
from shared.directory.directory import DESK, INSPECTORATE, Directory, directory, lapor_ids, load_directory
from shared.directory.lapor import LaporIds, Mapped
from shared.directory.tables import DirectoryDataError

__all__ = [
    "DESK",
    "INSPECTORATE",
    "Affair",
    "Agency",
    "AgencyKind",
    "Alias",
    "Directory",
    "DirectoryDataError",
    "LaporIds",
    "Level",
    "Mapped",
    "affairs",
    "directory",
    "lapor_ids",
    "load_directory",
    "main_affair",
]
