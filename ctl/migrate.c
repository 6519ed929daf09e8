/* coagentctl migrate: brings the schema up to date. */
#include "base/number.h"
#include "ctl/command.h"
#include "model/functions.h"
#include "model/migrations.h"

#include <stdio.h>

#define WAIT_SECONDS 60

struct report {
    bool json;
    int wait_seconds;
    int applied;
    struct text names; /* as a JSON list, without its brackets */
};

static void tell(void *context, const struct migration *migration)
{
    struct report *report = context;

    if (report->applied++ > 0)
        text_add(&report->names, ",");
    text_add_json(&report->names, migration->name);
    if (!report->json)
        printf("applied %s\n", migration->name);
}

static int count(const struct migration *list)
{
    int n = 0;

    for (; list->name; list++)
        n += list->number > 0;
    return n;
}

static void print_report(const struct report *report)
{
    if (report->json)
        printf("{\"applied\":[%s],\"migrations\":%d}\n", text_string(&report->names), count(migrations));
    else if (report->applied == 0)
        printf("the schema is up to date (%d migrations)\n", count(migrations));
}

static enum exit_status apply(const struct call *call, struct report *report)
{
    const struct config *config = call->config;
    const struct migrations_terms terms = {report->wait_seconds, tell, report};
    struct text why = TEXT_EMPTY;
    struct db *db = NULL;
    enum exit_status status =
        command_open(call, config->database_owner_url ? config->database_owner_url : config->database_url,
                     DB_WITHOUT_FUNCTIONS, &db);

    if (status != EXIT_DONE)
        return status;
    if (migrations_apply(db, migrations, &terms, &why) != OUTCOME_OK ||
        functions_apply(db, PACKAGE_VERSION, &why) != OUTCOME_OK)
        status = complain(call, EXIT_FAILED, "%s", text_string(&why));
    text_free(&why);
    db_close(db);
    return status;
}

static enum exit_status read_wait(const struct call *call, const char *said, int *seconds)
{
    long long number;

    if (number_parse(said, 0, 86400, &number) != OUTCOME_OK)
        return complain(call, EXIT_USAGE, "--wait takes a number of seconds, 0 to 86400");
    *seconds = (int)number;
    return EXIT_DONE;
}

static enum exit_status run(struct call *call)
{
    struct report report = {.wait_seconds = WAIT_SECONDS};
    const char *wait = NULL;
    enum exit_status status = read_options(call, (const struct choice[]){{"wait", &wait, NULL}, {NULL}});

    report.json = call->json;
    if (status == EXIT_DONE && wait)
        status = read_wait(call, wait, &report.wait_seconds);
    if (status == EXIT_DONE)
        status = apply(call, &report);
    if (status == EXIT_DONE)
        print_report(&report);
    text_free(&report.names);
    return status;
}

const struct command command_migrate = {
    .name = "migrate",
    .summary = "bring the schema of the database up to date",
    .help = "Usage: coagentctl migrate [--wait SECONDS] [--json]\n"
            "Applies the pending migrations as the owner of the schema\n"
            "(DATABASE_OWNER_URL, else DATABASE_URL). Each migration is one transaction and is recorded with a\n"
            "checksum, so you can run this at any time and on several hosts at once. It then creates the functions of\n"
            "this version in their own schema, beside those of older versions that are still running. It refuses a\n"
            "database that is newer than this program, and one whose history was edited.\n"
            "\n"
            "  --wait SECONDS   how long to retry while another session locks a table that a migration changes (60)\n"
            "  --json           print JSON: {\"applied\": [name...], \"migrations\": n}\n",
    .run = run,
};
