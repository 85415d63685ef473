#!/bin/sh
# make-oldest.sh DIRECTORY: create the environment with the oldest supported versions (tests/oldest.txt), if there is a Python
# for which they have wheels. Without one, only a run that demands it fails (NBCLAUDE_REQUIRE_OLDEST).
set -eu
directory=$1

python=
for candidate in python3.11 python3.12 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Neither Python 3.11 nor 3.12 found: there are no tests with the oldest supported versions." >&2
    [ -z "${NBCLAUDE_REQUIRE_OLDEST:-}" ] || exit 1
    mkdir -p "$directory"
    touch "$directory/.made"
    exit 0
fi
sh scripts/make-venv.sh "$directory" "$python"
sh scripts/install.sh "$directory" --requirement tests/oldest.txt --editable .
touch "$directory/.made"
