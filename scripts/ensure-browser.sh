#!/bin/sh
# ensure-browser.sh: see to it that the tests have a Chromium, and what draws graphs; root on Debian gets them installed.
# Without a Chromium it only says so, and the tests say it again at their end; with NBCLAUDE_REQUIRE_BROWSER=1 it fails.
set -eu

has_browser() {
    for name in ${NBCLAUDE_CHROMIUM:-chromium chromium-browser google-chrome google-chrome-stable}; do
        if command -v "$name" >/dev/null; then
            return 0
        fi
    done
    for found in "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/; do
        if [ -d "$found" ]; then
            return 0
        fi
    done
    return 1
}

# The fonts: without them half of what an answer may hold is shown as empty boxes.
wanted=""
has_browser || wanted="chromium fonts-dejavu fonts-liberation"
# bokeh's figures are painted through chromedriver, graphviz' by dot; without them their tests are skipped.
command -v chromedriver >/dev/null || wanted="$wanted chromium-driver"
command -v dot >/dev/null || wanted="$wanted graphviz"

if [ -n "$wanted" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests: $wanted"
    # The network may fail once, and another installation may be running.
    patient="-o Acquire::Retries=3 -o DPkg::Lock::Timeout=120"
    # shellcheck disable=SC2086 - lists of words
    if apt-get update -qq $patient; then
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install $patient -qq -y --no-install-recommends $wanted </dev/null || true
    fi
fi

if ! has_browser; then
    echo "No Chromium on this machine: the browser tests will not run." >&2
    echo "Install it (Debian: apt-get install chromium; elsewhere: .venv/bin/playwright install chromium)." >&2
    if [ "${NBCLAUDE_REQUIRE_BROWSER:-0}" != 0 ]; then
        exit 1
    fi
fi
