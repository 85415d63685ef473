"""JupyterLab's own options in, JupyterLab on notebooks/ out, its kernels connected to the demo model."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from nbclaude.simulator import Simulator

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def main(options: list[str]) -> int:
    """Serve until Ctrl-C."""
    with Simulator(pace="natural") as simulator:
        connection = {"ANTHROPIC_BASE_URL": simulator.base_url, "ANTHROPIC_API_KEY": "demo"}
        # A setting of the user's would go before, or along with, the demo model's.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")}
        command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={NOTEBOOKS}", *options]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        # The options are the user's own.
        with subprocess.Popen(command, env=kept | connection) as server:  # noqa: S603
            signal.signal(signal.SIGTERM, lambda *_: server.terminate())
            while server.poll() is None:
                # Ctrl-C reaches JupyterLab as well; it asks whether to stop and ends when it will.
                with contextlib.suppress(KeyboardInterrupt):
                    server.wait()
    return server.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
