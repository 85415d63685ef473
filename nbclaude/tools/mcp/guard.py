"""Runs an MCP server as its child, and ends it when the kernel has gone: even a kernel that was killed leaves no server behind.

It is run as a script, with the kernel's process id and the server's command as arguments, and knows nothing of nbclaude.
"""

import os
import signal
import subprocess
import sys
import threading
import time

_EVERY = 0.5  # seconds between two looks at whether the kernel is still there
_GRACE = 1.0  # seconds in which the server may end by itself: its input has ended with the kernel


def _watch(kernel: int) -> None:
    while os.getppid() == kernel:
        time.sleep(_EVERY)
    time.sleep(_GRACE)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> int:
    """Run the server to its end; return its exit code."""
    try:
        server = subprocess.Popen(sys.argv[2:])  # noqa: S603 - the command is the user's
    except OSError as error:
        sys.stderr.write(f"{sys.argv[2]} cannot be started: {error.strerror}\n")
        return 127
    threading.Thread(target=_watch, args=(int(sys.argv[1]),), daemon=True).start()
    code = server.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
