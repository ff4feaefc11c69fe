"""An operator's mistake in a file stops a service with plain words that name the file and the row, and no trace."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

URL = "postgresql://ntbcare_routing:8f3a1c9e5b7d2064@127.0.0.1:1/ntbcare"
FEATURE = {"type": "Feature", "properties": {"code": "53.01"}, "geometry": None}


def refused(folder: Path, **settings: str) -> str:
    """Return what `ntbcare serve routing` says when it cannot start."""
    environment = os.environ | {
        "NTBCARE_ENV_FILE": str(folder / "none.env"),
        "NTBCARE_ROUTING_DATABASE_URL": URL,
        "NTBCARE_ROUTING_MODELS": str(folder / "no-models"),
        **settings,
    }
    command = [sys.executable, "-m", "deploy.cli.main", "serve", "routing"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    return " ".join(ended.stderr.split())


@pytest.mark.parametrize(
    ("setting", "file", "text", "said"),
    [
        ("DIRECTORY", "contacts.csv", "key,phone,email,address,web\nPNL,,,,\n", "contacts.csv row 2: PNL is no agency"),
        (
            "ROUTING_SMS_CODES",
            "codes.csv",
            "code,region,capitals\nLOTIM,53.01,no\n",
            "codes.csv row 2: unknown region '53.01'",
        ),
        ("ROUTING_SMS_CODES", "codes.csv", "kode,wilayah\nLOTIM,52.03\n", "codes.csv row 1: the columns must be"),
        (
            "ROUTING_BOUNDARIES",
            "batas.geojson",
            json.dumps({"type": "FeatureCollection", "features": [FEATURE]}),
            "batas.geojson: feature 1: '53.01' is no regency",
        ),
    ],
)
def test_a_mistake_in_a_file_is_explained_at_the_start(tmp_path, setting, file, text, said):
    path = tmp_path / "own" / file
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    value = {
        "DIRECTORY": str(path.parent),
        "ROUTING_BOUNDARIES": json.dumps([{"path": str(path), "valid_from": "2026-01-01"}]),
    }
    assert said in refused(tmp_path, **{f"NTBCARE_{setting}": value.get(setting, str(path))})
