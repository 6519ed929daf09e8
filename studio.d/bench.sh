# shellcheck shell=bash
# The benchmark: tests/bench/bench measures a studio of its own beside its peers.

studio_bench() {
    local log=$checkout/$build_folder/bench.log word
    for word in "$@"; do
        [[ $word != -h && $word != --help ]] || exec "$checkout/tests/bench/bench" --help
    done
    mkdir -p "$checkout/$build_folder"
    : >"$log"
    service_users
    install_packages "$log" "${packages_build[@]}" "${packages_run[@]}" "${packages_bench[@]}"
    build_program "$log"
    logged "$log" "make bench" make_here bench
    exec "$checkout/tests/bench/bench" --programs "$checkout/$build_folder/tests/bench" "$@"
}
