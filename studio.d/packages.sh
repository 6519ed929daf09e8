# shellcheck shell=bash
# Debian packages: what it takes to build, to run and to test. Only what is missing is installed, in one go.

packages_build=(
    gcc libc6-dev make autoconf automake pkgconf
    libfcgi-dev libpq-dev libjson-c-dev libjwt-dev libcrypt-dev libcurl4-openssl-dev libsodium-dev libssl-dev
    libseccomp-dev libcmark-dev zlib1g-dev libunistring-dev
    esbuild # packs the pages
    postgresql-server-dev-15 # static libraries that libpq.a needs, for the fast pool
)
packages_run=(
    postgresql-15 nginx libnginx-mod-nchan
    bubblewrap slirp4netns nftables # what users run is closed off by them
    curl ca-certificates # fetch-vendor, and the check that the site answers
)
packages_test=(
    libcriterion-dev postgresql-15-pgtap postgresql-15-plpgsql-check
    python3-pytest python3-requests python3-websockets python3-psycopg2
    chromium
    iproute2 # networks for what must not be reached
    ansible-core # playbooks
    python3-pip # packages of scripts
    clang-format clang-tidy cppcheck shellcheck
    clang libclang-rt-14-dev valgrind # make fuzz, make check-valgrind
)
packages_package=(debhelper fakeroot)
packages_root=(mmdebstrap systemd-container iproute2 lintian strace) # machines to try the package on
packages_bench=(
    wrk python3-bcrypt python3-jwt python3-psycopg2 python3-requests
    python3-fastapi python3-uvicorn python3-uvloop python3-httptools python3-asyncpg python3-websockets # the peers
    python3-sqlmodel python3-sqlalchemy
)

# Node.js from elsewhere brings npm along, and Debian's npm cannot be installed beside it.
command -v npm >/dev/null || packages_test+=(nodejs npm) packages_bench+=(nodejs npm)

missing_packages() {
    local present
    # it fails when it has never heard of one of them
    present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
    printf '%s\n' "$@" | grep -Fxv -f <(printf '%s\n' "$present") || true
}

# Debian starts a service as soon as it is installed; the studio brings its own PostgreSQL and nginx and must not occupy
# the machine's ports.
hold_services() {
    local policy=/usr/sbin/policy-rc.d
    [ -e $policy ] && ! grep -q 'made by studio' $policy && return
    # shellcheck disable=SC2064
    trap "rm -f $policy" EXIT
    printf '#!/bin/sh\n# created by studio while it installs packages\nexit 101\n' >$policy
    chmod 755 $policy
}

# In a subshell, so that its trap is its own.
apt_install() (
    hold_services
    export DEBIAN_FRONTEND=noninteractive
    local options=(-q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 --no-remove)
    apt-get install "${options[@]}" --no-install-recommends "$@" && return
    echo "retrying with fresh package lists"
    apt-get update "${options[@]}" && apt-get install "${options[@]}" --no-install-recommends "$@"
)

# install_packages LOG PACKAGE...
install_packages() {
    local log=$1 missing
    shift
    [ -e /etc/debian_version ] || fail "Debian 12 (bookworm) is required"
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    am_root || fail "these Debian packages are missing; install them and try again:
  sudo apt-get install --no-install-recommends ${missing[*]}"
    step "Installing ${#missing[@]} Debian packages"
    logged "$log" "installing ${missing[*]}" apt_install "${missing[@]}"
}
