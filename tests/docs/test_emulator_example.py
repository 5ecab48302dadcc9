"""The README's example of the emulator runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```python emulated_role\.py\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_lists_sessions_and_is_denied_instruments(tmp_path: Path) -> None:
    found = EXAMPLE.search(README)
    assert found is not None
    done = subprocess.run(
        [sys.executable, "-c", found[1]],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    listed, denied = done.stdout.splitlines()
    assert listed == "[]"
    assert denied.startswith(
        "User: arn:aws:sts::111122223333:assumed-role/Viewer/smoke is not authorized to perform: "
        "bedrock-agentcore:ListPaymentInstruments on resource: arn:aws:bedrock-agentcore:"
    )
