# shellcheck shell=bash
# The tests: every suite is an executable tests/run-SUITE, whose last line says "N passed, N failed".

all_suites=(unit sql http browser kill lint)

# Runs one suite and adds its figures to passed and failed; one that ran nothing, or ends badly without saying so,
# counts as a failure.
run_suite() {
    local suite=$1 output status=0 line
    output=$(mktemp)
    say ""
    step "Suite $suite"
    "$checkout/tests/run-$suite" 2>&1 | tee "$output" || status=$?
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$output" | tail -n 1 || true)
    rm -f "$output"
    if [[ ! $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]] || ((BASH_REMATCH[1] + BASH_REMATCH[2] == 0)); then
        say "studio: suite $suite ran no test (status $status)"
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    if ((status != 0 && BASH_REMATCH[2] == 0)); then
        say "studio: suite $suite ended with status $status"
        failed=$((failed + 1))
    fi
}

# Builds with AddressSanitizer and UndefinedBehaviorSanitizer. Every program writes its findings below reports, whatever
# user it runs as, and each of them is a failure.
choose_sanitizers() {
    reports=$(mktemp -d)
    chmod 1777 "$reports"
    export COAGENT_BUILD=build-asan COAGENT_CONFIGURE=--enable-asan
    export ASAN_OPTIONS=log_path=$reports/report UBSAN_OPTIONS=print_stacktrace=1
    build_folder=build-asan configure_options=(--enable-asan)
}

count_reports() {
    local report
    [ -n "$reports" ] || return 0
    for report in "$reports"/report*; do
        [ -e "$report" ] || continue
        head -n 30 "$report"
        failed=$((failed + 1))
    done
    rm -rf "$reports"
}

read_suites() {
    local suite
    while [ $# -gt 0 ]; do
        case $1 in
        --asan) choose_sanitizers ;;
        --package) suites+=(package) ;;
        --kill)
            [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--kill needs a number of rounds"
            export COAGENT_KILL_ROUNDS=$2
            suites+=(kill)
            shift
            ;;
        -*) fail "unknown option $1 (see ./studio help)" ;;
        *) suites+=("$1") ;;
        esac
        shift
    done
    ((${#suites[@]})) || suites=("${all_suites[@]}")
    for suite in "${suites[@]}"; do
        [ -x "$checkout/tests/run-$suite" ] || fail "there is no suite \"$suite\": choose from ${all_suites[*]}"
    done
}

studio_test() {
    local suite suites=() passed=0 failed=0 reports='' log
    read_suites "$@"
    mkdir -p "$checkout/$build_folder"
    log=$checkout/$build_folder/test.log
    : >"$log"
    service_users
    install_packages "$log" "${packages_build[@]}" "${packages_run[@]}" "${packages_test[@]}"
    [[ " ${suites[*]} " != *" package "* ]] || install_packages "$log" "${packages_package[@]}" "${packages_root[@]}"
    create_users
    build_program "$log"
    for suite in "${suites[@]}"; do
        run_suite "$suite"
    done
    count_reports
    say ""
    say "$passed passed, $failed failed"
    ((failed == 0))
}
