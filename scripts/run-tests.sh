#!/bin/sh
# run-tests.sh PYTHON ARGUMENTS: run pytest; the few tests that fail are run once more, one after the other.
# Thousands of tests wait for kernels and browsers, and on a busy machine one of them may be too late. A test that fails twice has
# failed, and so have all if there are many.
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
    echo "!!!!!!!! $failed tests failed: too many to run them once more !!!!!!!!" >&2
    exit "$status"
fi
echo "!!!!!!!! Failed: $failed. Once more, one after the other: !!!!!!!!" >&2
"$python" -m pytest -v -o cache_dir="$cache" "$@" -n 0 --last-failed --last-failed-no-failures none
