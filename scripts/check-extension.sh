#!/bin/sh
# check-extension.sh: check the types of the front-end extension with tsc, where Node and npm are there; else only say so.
set -eu
cd "$(dirname "$0")/../labextension"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "no Node on this machine: the types of labextension/ are not checked" >&2
    exit 0
fi
# What npm downloads once it keeps; without a network there is nothing to check with.
if ! npm exec --yes --package=typescript@5.9 -- tsc --version >/dev/null 2>&1; then
    echo "npm cannot get tsc: the types of labextension/ are not checked" >&2
    exit 0
fi
npm exec --yes --package=typescript@5.9 -- tsc -p jsconfig.json
