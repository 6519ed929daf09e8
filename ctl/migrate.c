/* coagentctl migrate: brings the schema up to date. */
#include "ctl/command.h"
#include "model/migrations.h"

#include <stdio.h>

struct report {
    bool json;
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
    struct text why = TEXT_EMPTY;
    struct db *db = NULL;
    enum exit_status status =
        command_open(call, config->database_owner_url ? config->database_owner_url : config->database_url, &db);

    if (status != EXIT_DONE)
        return status;
    if (migrations_apply(db, migrations, tell, report, &why) != OUTCOME_OK)
        status = complain(call, EXIT_FAILED, "%s", text_string(&why));
    text_free(&why);
    db_close(db);
    return status;
}

static enum exit_status run(struct call *call)
{
    struct report report = {false, 0, TEXT_EMPTY};
    enum exit_status status = read_options(call, (const struct choice[]){{NULL}});

    report.json = call->json;
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
    .help = "Usage: coagentctl migrate [--json]\n"
            "Applies the migrations that the database does not have yet, as the owner of the schema\n"
            "(DATABASE_OWNER_URL, else DATABASE_URL). Each is one transaction and records itself with a checksum, so\n"
            "it can be run again at any time, and from several hosts at once. It refuses a database that is newer\n"
            "than this program, and a history that was edited.\n"
            "\n"
            "  --json   answer in JSON: {\"applied\": [name...], \"migrations\": n}\n",
    .run = run,
};
