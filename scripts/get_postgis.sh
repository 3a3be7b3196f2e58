#!/usr/bin/env bash
# PostgreSQL's programs with PostGIS, for the tests' own cluster; on Debian as root it installs what is missing.
set -euo pipefail

found() { compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null; }
found_elsewhere() { command -v pg_config >/dev/null 2>&1 && [ -e "$(pg_config --sharedir)/extension/postgis.control" ]; }
newest() { apt-cache pkgnames postgresql- | grep -E '^postgresql-[0-9]+-postgis-3$' | sort -t- -k2,2n | tail -n 1; }

if found || found_elsewhere; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    package=$(newest)
    if [ -n "$package" ]; then
        # The tests start a server of their own: keep Debian from making and starting another.
        apt-get install -y -qq --no-install-recommends postgresql-common
        mkdir -p /etc/postgresql-common/createcluster.d
        printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.d/no-main-cluster.conf
        apt-get install -y -qq --no-install-recommends "$package"
        exit 0
    fi
fi
echo "PostgreSQL with PostGIS is not here: the tests that need it are skipped (and fail where CI=true)." >&2
echo "Debian or Ubuntu: sudo apt-get install postgresql-15-postgis-3 (or the version that apt-cache search postgis shows)" >&2
