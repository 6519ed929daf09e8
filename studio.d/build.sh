# shellcheck shell=bash
# Building from the checkout, and installing into the state: what runs never depends on the checkout.

build_folder=${COAGENT_BUILD:-build} # below the checkout
read -r -a configure_options <<<"${COAGENT_CONFIGURE:-}"

make_here() {
    make -C "$checkout/$build_folder" --no-print-directory "$@"
}

configure_here() (
    cd "$checkout/$build_folder" &&
        ../configure -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var "${configure_options[@]}"
)

# A build that was configured before Criterion came would leave the unit tests out.
is_configured() {
    local makefile=$checkout/$build_folder/Makefile
    [ -f "$makefile" ] || return 1
    ! grep -q '^CRITERION_LIBS = *$' "$makefile" || ! pkg-config --exists criterion
}

# One build at a time in a checkout: build LOG
build_program() {
    local log=$1
    mkdir -p "$checkout/$build_folder"
    exec 8>"$checkout/$build_folder/.lock"
    flock 8
    if [ ! -x "$checkout/configure" ]; then
        step "Preparing the build"
        logged "$log" "autoreconf" autoreconf -i "$checkout"
    fi
    if ! is_configured; then
        step "Configuring"
        logged "$log" "configure" configure_here
    fi
    step "Building"
    logged "$log" "the build" make_here -j"$(nproc)"
    exec 8>&-
}

install_program() {
    exec 8>"$checkout/$build_folder/.lock"
    flock 8
    step "Installing into the state folder"
    logged "$1" "the installation" make_here install prefix="$data/app" PACKED="$packed"
    exec 8>&-
}
