"""What `ntbcare up` is told must make sense before anything is started."""

import pytest
from typer.testing import CliRunner

from deploy.cli.up import app


@pytest.mark.parametrize("arguments", [("--apache", "--external"), ("--as-it-is",)])
def test_up_refuses_options_that_do_not_go_together(tmp_path, arguments):
    answer = CliRunner().invoke(app, ["--state", str(tmp_path / "state"), *arguments])
    assert answer.exit_code == 2, answer.output
    assert "--external" in answer.output
    assert not (tmp_path / "state").exists()
