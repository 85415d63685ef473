#!/bin/sh
# run-tests.sh PYTHON ARGUMENTS: run pytest; if only a few tests fail, rerun those, one at a time.
# Thousands of tests wait for kernels and browsers, and on a busy machine one of them may be too slow. A test that fails twice has
# failed. If many tests fail, none is rerun: all have failed.
set -u
python=$1
shift
most=5

cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
"$python" -m pytest -v -o cache_dir="$cache" "$@"
status=$?
[ "$status" -eq 1 ] || exit "$status"
failed=$("$python" -c 'import json, sys; print(len(json.load(open(sys.argv[1]))))' "$cache/v/cache/lastfailed") || exit "$status"
if [ "$failed" -gt "$most" ]; then
    echo "!!!!!!!! $failed tests failed: too many to rerun !!!!!!!!" >&2
    exit "$status"
fi
echo "!!!!!!!! Tests failed: $failed. Rerunning them one at a time: !!!!!!!!" >&2
"$python" -m pytest -v -o cache_dir="$cache" "$@" -n 0 --last-failed --last-failed-no-failures none
