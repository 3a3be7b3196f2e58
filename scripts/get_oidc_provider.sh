#!/usr/bin/env bash
# The OpenID provider that sign-in is tried against, from tests/oidc/package-lock.json.
# Where it cannot be had, it says so and succeeds: the tests that need it skip, or fail where CI=true.
set -euo pipefail
cd "$(dirname "$0")/.."
# Where there was no Node.js, building the pages put one there.
export PATH="$PATH:$PWD/$1/node"
cd tests/oidc

if [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; then
    exit 0
fi
if command -v npm >/dev/null 2>&1 && npm ci --no-audit --no-fund --loglevel=error >&2; then
    touch node_modules/.package-lock.json
    exit 0
fi
echo "There is no OpenID provider here: the tests that sign in at one are skipped (and fail where CI=true)." >&2
echo "Node.js 20.19 or newer with npm, and a registry that it reaches, are needed." >&2
