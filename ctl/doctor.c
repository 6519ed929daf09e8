/* coagentctl doctor: looks at everything that goes wrong in practice, and names the command that mends it. */
#include "base/number.h"
#include "ctl/doctor/check.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct check *const tables[] = {settings_checks, database_checks, service_checks,
                                             runner_checks,   machine_checks,  NULL};
static const char *const verdicts[] = {
    [VERDICT_OK] = "ok", [VERDICT_WARNING] = "warning", [VERDICT_FAILED] = "failed", [VERDICT_SKIPPED] = "skipped"};

#define VERDICTS (sizeof verdicts / sizeof *verdicts)

struct report {
    bool json;
    bool quiet;
    struct json_object *checks;
    int counts[VERDICTS];
};

static void find_services_user(struct patient *patient)
{
    struct stat socket;
    struct passwd *service = getpwnam(SERVICE_USER);

    if (patient->config && stat(patient->config->pool_socket, &socket) == 0)
        service = getpwuid(socket.st_uid);
    patient->uid = service ? service->pw_uid : geteuid();
    patient->gid = service ? service->pw_gid : getegid();
}

static void admit(struct patient *patient, const struct call *call)
{
    *patient = (struct patient){
        .call = call, .config = call->config, .file = config_path(), .connected = OUTCOME_AWAY, .why_not = TEXT_EMPTY};
    find_services_user(patient);
    if (patient->config)
        patient->connected =
            connect_database(&patient->db, patient->config->database_url, DB_WITHOUT_FUNCTIONS, &patient->why_not);
}

static void examine(const struct patient *patient, const struct check *check, struct finding *finding)
{
    if (check->needs & NEEDS_SETTINGS && !patient->config)
        find(finding, VERDICT_SKIPPED, "the settings are not valid");
    else if (check->needs & NEEDS_DATABASE && !patient->db)
        find(finding, VERDICT_SKIPPED, "PostgreSQL cannot be reached");
    else
        check->examine(patient, finding);
}

/* A sentence of several lines goes on below its beginning. */
static void print_message(const char *message)
{
    for (size_t length; (length = strcspn(message, "\n")), message[length]; message += length + 1)
        printf("%.*s\n                         ", (int)length, message);
    puts(message);
}

static void print_finding(const struct report *report, const struct check *check, const struct finding *finding)
{
    if (report->quiet && (finding->verdict == VERDICT_OK || finding->verdict == VERDICT_SKIPPED))
        return;
    printf("%-8s %-15s ", finding->verdict == VERDICT_FAILED ? "FAILED" : verdicts[finding->verdict], check->name);
    print_message(text_string(&finding->message));
    if (finding->command.length > 0)
        printf("         to fix this:    %s\n", text_string(&finding->command));
    fflush(stdout);
}

static void note_finding(struct report *report, const struct check *check, const struct finding *finding)
{
    struct json_object *row = json_object_new_object();

    json_object_object_add(row, "check", json_object_new_string(check->name));
    json_object_object_add(row, "verdict", json_object_new_string(verdicts[finding->verdict]));
    json_object_object_add(row, "message", json_object_new_string(text_string(&finding->message)));
    json_object_object_add(row, "command",
                           finding->command.length > 0 ? json_object_new_string(text_string(&finding->command)) : NULL);
    json_object_array_add(report->checks, row);
}

static void run_check(const struct patient *patient, const struct check *check, struct report *report)
{
    struct finding finding = {VERDICT_SKIPPED, TEXT_EMPTY, TEXT_EMPTY};

    examine(patient, check, &finding);
    report->counts[finding.verdict]++;
    if (report->json)
        note_finding(report, check, &finding);
    else
        print_finding(report, check, &finding);
    text_free(&finding.message);
    text_free(&finding.command);
}

static bool is_wanted(const struct call *call, const char *name)
{
    for (int i = 0; i < call->operands; i++)
        if (strcmp(call->operand[i], name) == 0)
            return true;
    return call->operands == 0;
}

static bool is_check(const char *name)
{
    for (const struct check *const *table = tables; *table; table++)
        for (const struct check *check = *table; check->name; check++)
            if (strcmp(check->name, name) == 0)
                return true;
    return false;
}

static void print_end(struct report *report)
{
    struct json_object *document, *counts;

    if (!report->json) {
        printf("%d ok, %d warning%s, %d failed, %d skipped\n", report->counts[VERDICT_OK],
               report->counts[VERDICT_WARNING], number_plural(report->counts[VERDICT_WARNING]),
               report->counts[VERDICT_FAILED], report->counts[VERDICT_SKIPPED]);
        return;
    }
    document = json_object_new_object();
    counts = json_object_new_object();
    for (size_t i = 0; i < VERDICTS; i++)
        json_object_object_add(counts, verdicts[i], json_object_new_int(report->counts[i]));
    json_object_object_add(document, "ok", json_object_new_boolean(report->counts[VERDICT_FAILED] == 0));
    json_object_object_add(document, "checks", report->checks);
    json_object_object_add(document, "counts", counts);
    print_json(document);
}

static enum exit_status list(const struct call *call)
{
    struct json_object *names = json_object_new_array();

    for (const struct check *const *table = tables; *table; table++)
        for (const struct check *check = *table; check->name; check++) {
            if (!call->json)
                puts(check->name);
            json_object_array_add(names, json_object_new_string(check->name));
        }
    if (call->json)
        print_json(names);
    else
        json_object_put(names);
    return EXIT_DONE;
}

static enum exit_status diagnose(const struct call *call, bool quiet)
{
    struct report report = {.json = call->json, .quiet = quiet, .checks = call->json ? json_object_new_array() : NULL};
    struct patient patient;

    admit(&patient, call);
    for (const struct check *const *table = tables; *table; table++)
        for (const struct check *check = *table; check->name; check++)
            if (is_wanted(call, check->name))
                run_check(&patient, check, &report);
    print_end(&report);
    db_close(patient.db);
    text_free(&patient.why_not);
    return report.counts[VERDICT_FAILED] > 0 ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_status run(struct call *call)
{
    bool quiet = false, only_list = false;
    const struct choice choices[] = {{"quiet", NULL, &quiet}, {"list", NULL, &only_list}, {NULL}};
    enum exit_status status = read_options(call, choices);

    if (status != EXIT_DONE)
        return status;
    for (int i = 0; i < call->operands; i++)
        if (!is_check(call->operand[i]))
            return complain(call, EXIT_USAGE, "unknown check \"%s\"; doctor --list prints the names", call->operand[i]);
    return only_list ? list(call) : diagnose(call, quiet);
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "check for common problems and print the commands that fix them",
    .help =
        "Usage: coagentctl doctor [--quiet] [--json] [CHECK]...\n"
        "       coagentctl doctor --list\n"
        "Checks the settings, PostgreSQL, the programs and the machine, and changes nothing. Below each problem it\n"
        "prints the command that fixes it as root. Run doctor as root too: other users cannot check everything.\n"
        "The exit status is 0 if no check failed (warnings are possible), 1 otherwise.\n"
        "\n"
        "  CHECK     run only these checks\n"
        "  --quiet   print problems only\n"
        "  --list    print the names of the checks\n"
        "  --json    print JSON: {\"ok\", \"checks\": [{\"check\", \"verdict\", \"message\", \"command\"}...],\n"
        "            \"counts\"}\n",
    .without_settings = true,
    .operand = "a check",
    .run = run,
};
