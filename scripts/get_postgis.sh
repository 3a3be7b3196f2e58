#!/usr/bin/env bash
# PostgreSQL's programs with PostGIS, for the tests' own cluster; on Debian as root it installs what is missing.
# Where it cannot, it says what to do and succeeds: the tests that need them skip, or fail where CI=true.
set -euo pipefail

# As tests/support/postgres.py looks for them: a server's programs and PostGIS of the same version.
found() {
    local version
    for version in /usr/lib/postgresql/*; do
        version=${version##*/}
        if [ -x "/usr/lib/postgresql/$version/bin/initdb" ] &&
            [ -e "/usr/share/postgresql/$version/extension/postgis.control" ]; then
            return 0
        fi
    done
    command -v pg_config >/dev/null 2>&1 && [ -x "$(pg_config --bindir)/initdb" ] &&
        [ -e "$(pg_config --sharedir)/extension/postgis.control" ]
}

newest() {
    apt-cache pkgnames postgresql- | { grep -E '^postgresql-[0-9]+-postgis-3$' || true; } | sort -t- -k2,2n | tail -n 1
}

install() {
    local package no_cluster=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || return 1
    package=$(newest)
    [ -n "$package" ] || return 1
    # The tests start a server of their own: keep Debian from making and starting another, this once.
    apt-get install -y -qq --no-install-recommends postgresql-common || return 1
    mkdir -p "$(dirname "$no_cluster")"
    trap 'rm -f /etc/postgresql-common/createcluster.d/no-main-cluster.conf' EXIT
    printf 'create_main_cluster = false\n' >"$no_cluster"
    apt-get install -y -qq --no-install-recommends "$package" || return 1
}

if found; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && install && found; then
    exit 0
fi
echo "PostgreSQL with PostGIS is not here: the tests that need it are skipped (and fail where CI=true)." >&2
echo "Debian or Ubuntu: sudo apt-get install postgresql-15-postgis-3 (or the version that apt-cache search postgis shows)" >&2
