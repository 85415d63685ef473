#!/bin/sh
# test-oldest.sh DIRECTORY: run the kernel tests, and the panel in JupyterLab, in the environment with the oldest versions.
set -eu
directory=$1

if [ ! -x "$directory/bin/python" ]; then
    echo "THE TESTS WITH THE OLDEST SUPPORTED VERSIONS DID NOT RUN: they need Python 3.11 or 3.12." >&2
    exit 0
fi
# Tests of what values and libraries look like do not depend on the kernel: once is enough.
sh "$(dirname "$0")/run-tests.sh" "$directory/bin/python" -n 2 --dist loadfile tests/kernel tests/browser \
    -m "(kernel and not once) or oldest"
