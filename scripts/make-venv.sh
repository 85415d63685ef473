#!/bin/sh
# make-venv.sh DIRECTORY [PYTHON]: create a virtual environment with the newest Python >= 3.11 on PATH, or with
# PYTHON. Debian keeps the means to do so in a package of its own: root gets it installed.
set -eu
directory=$1
wanted=${2:-}

is_good() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=
for candidate in ${wanted:-python3 python python3.14 python3.13 python3.12 python3.11}; do
    if is_good "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "No Python >= 3.11 found${wanted:+ at $wanted}. Name one: make PYTHON=/path/to/python3 ..." >&2
    exit 1
fi

create() {
    "$python" -m venv --clear "$directory" && "$directory/bin/python" -m pip --version >/dev/null
}

if ! create; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        rm -rf "$directory"
        echo "$python cannot create a virtual environment (on Debian: apt-get install python$version-venv)." >&2
        exit 1
    fi
    # The network may fail once, and another installation may be running.
    patient="-o Acquire::Retries=3 -o DPkg::Lock::Timeout=120"
    # shellcheck disable=SC2086 - a list of words
    apt-get update -qq $patient
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install $patient -qq -y --no-install-recommends "python$version-venv" </dev/null
    create
fi
