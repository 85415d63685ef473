#!/bin/sh
# ensure-browser.sh: see to it that the browser tests have a Chromium; root on Debian gets it installed. Without
# one it only says so, and the tests say it again at their end; with NBCLAUDE_REQUIRE_BROWSER=1 it fails.
set -eu

for name in ${NBCLAUDE_CHROMIUM:-chromium chromium-browser google-chrome google-chrome-stable}; do
    if command -v "$name" >/dev/null; then
        exit 0
    fi
done
for found in "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/; do
    if [ -d "$found" ]; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests."
    # The fonts: without them half of what an answer may hold is shown as empty boxes.
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        chromium fonts-dejavu fonts-liberation </dev/null; then
        exit 0
    fi
fi

echo "No Chromium on this machine: the browser tests will not run." >&2
echo "Install it (Debian: apt-get install chromium; elsewhere: .venv/bin/playwright install chromium)." >&2
if [ "${NBCLAUDE_REQUIRE_BROWSER:-0}" != 0 ]; then
    exit 1
fi
