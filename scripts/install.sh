#!/bin/sh
# install.sh DIRECTORY PIP-ARGUMENTS...: install into a virtual environment. pip takes minutes to resolve what the tests need
# together, and uv takes seconds; but uv does not know pip's own settings, so where it fails, pip takes over.
set -eu
python=$1/bin/python
uv=$1/bin/uv
shift

if [ ! -x "$uv" ]; then
    "$python" -m pip install --quiet --disable-pip-version-check uv || true
fi
# Without compiled files, each of the many processes of the tests would compile what it imports. The project itself is reinstalled
# each time, because uv does not notice a change in a file that an editable install copies.
if [ -x "$uv" ] && "$uv" pip install --quiet --compile-bytecode --reinstall-package nbclaude --python "$python" "$@"; then
    exit 0
fi
exec "$python" -m pip install --quiet --disable-pip-version-check "$@"
