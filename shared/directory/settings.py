"""Where the operator's own tables are."""

import os

from pydantic_settings import BaseSettings, SettingsConfigDict


class DirectorySettings(BaseSettings):
    """`NTBCARE_DIRECTORY`: a folder of tables whose rows replace or add to the shipped ones; empty for none.

    Not a `shared.core.settings.Settings`, because `shared.core` stands on this package (masking knows our places);
    `deploy/cli/directory.py` makes it one.
    """

    model_config = SettingsConfigDict(env_prefix="NTBCARE_", extra="ignore", frozen=True)

    directory: str = ""


def override_folder() -> str:
    """Return the folder that is set in the environment or in the file that `NTBCARE_ENV_FILE` names, or nothing."""
    return DirectorySettings(_env_file=os.environ.get("NTBCARE_ENV_FILE", ".env")).directory
