# shellcheck shell=bash
# The Debian package: from the tarball of "make dist", as anybody would build it who has nothing but that.

# The tarball's tree in a folder: unpack_distribution FOLDER LOG
unpack_distribution() {
    local folder=$1 log=$2 tarball
    step "Packing the distribution"
    logged "$log" "make dist" make_here dist
    tarball=$(find "$checkout/$build_folder" -maxdepth 1 -name 'coagent-*.tar.xz' -printf '%T@ %p\n' | sort -n | tail -n 1)
    mkdir -p "$folder"
    tar -xJf "${tarball#* }" -C "$folder" --strip-components=1 --no-same-owner
}

# Debian's tools refuse to know about a build that is not clean: the environment of this shell stays outside.
build_package() {
    local tree=$1 log=$2
    step "Building the package"
    (cd "$tree" && logged "$log" "dpkg-buildpackage" env -u MAKEFLAGS DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS:-}" \
        dpkg-buildpackage -b -us -uc -ui)
}

studio_package() {
    local target=${1:-.} log work
    [ -d "$target" ] || fail "there is no folder $target"
    target=$(realpath "$target")
    mkdir -p "$checkout/$build_folder"
    log=$checkout/$build_folder/package.log
    : >"$log"
    install_packages "$log" "${packages_build[@]}" "${packages_package[@]}" libcriterion-dev
    build_program "$log"
    work=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$work'" EXIT
    unpack_distribution "$work/tree" "$log"
    build_package "$work/tree" "$log"
    install -m 644 "$work"/*.deb "$target"
    step "Ready"
    (cd "$work" && printf "  $target/%s\n" *.deb)
}
