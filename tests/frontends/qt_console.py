"""Runs cells in qtconsole, off screen, with a real kernel: writes as JSON what is on the screen, time after time."""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qtconsole.manager import QtKernelManager
from qtconsole.rich_jupyter_widget import RichJupyterWidget
from qtpy.QtWidgets import QApplication

PATIENCE = 60.0  # seconds for a cell


def main(cells: list[str]) -> None:
    """Run the cells one after the other; after each look at the screen 20 times a second until it is done."""
    application = QApplication.instance() or QApplication([])
    manager = QtKernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    console = RichJupyterWidget()
    console.kernel_manager, console.kernel_client = manager, client
    done: list[object] = []
    console.executed.connect(done.append)
    screens: list[str] = []
    try:
        for cell in [None, *cells]:
            count = len(done)
            if cell is not None:
                console.execute(cell)
            else:
                done.append(None)  # the first prompt needs no cell
                wait(application, lambda: "In [" in screen(console), screens, console)
                continue
            wait(application, lambda count=count: len(done) > count, screens, console)
        wait(application, lambda: False, screens, console, patience=0.5)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    sys.stdout.write(json.dumps(screens) + "\n")


def screen(console: RichJupyterWidget) -> str:
    """Return the text that the console shows."""
    return str(console._control.toPlainText())


def wait(application, is_done, screens, console, *, patience=PATIENCE) -> None:  # type: ignore[no-untyped-def]
    """Let Qt work until it is done, and keep every new look of the screen."""
    end = time.monotonic() + patience
    while time.monotonic() < end and not is_done():
        application.processEvents()
        text = screen(console)
        if not screens or screens[-1] != text:
            screens.append(text)
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1:])
