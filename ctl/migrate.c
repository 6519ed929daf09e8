/* coagentctl migrate: brings the schema up to date. */
#include "ctl/command.h"
#include "model/migrations.h"

#include <getopt.h>
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

static enum exit_status apply(const struct config *config, struct report *report)
{
    struct db *db = command_open(config->database_owner_url ? config->database_owner_url : config->database_url);
    struct text why = TEXT_EMPTY;
    enum exit_status status = EXIT_FAILED;

    if (!db)
        return EXIT_FAILED;
    if (migrations_apply(db, migrations, tell, report, &why) == OUTCOME_OK)
        status = EXIT_DONE;
    else
        complain("%s", text_string(&why));
    text_free(&why);
    db_close(db);
    return status;
}

static enum exit_status run(const struct config *config, int argc, char *argv[])
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    struct report report = {false, 0, TEXT_EMPTY};
    enum exit_status status;

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'j')
            return complain_usage(&command_migrate, "that option is not known");
        report.json = true;
    }
    if (optind < argc)
        return complain_usage(&command_migrate, "migrate takes no \"%s\"", argv[optind]);
    status = apply(config, &report);
    if (status == EXIT_DONE)
        print_report(&report);
    text_free(&report.names);
    return status;
}

const struct command command_migrate = {
    "migrate",
    "bring the schema of the database up to date",
    "Usage: coagentctl migrate [--json]\n"
    "Applies the migrations that the database does not have yet, as the owner of the schema (DATABASE_OWNER_URL, else\n"
    "DATABASE_URL). Each is one transaction and records itself with a checksum, so it can be run again at any time, "
    "and\n"
    "from several hosts at once. It refuses a database that is newer than this program, and a history that was "
    "edited.\n"
    "\n"
    "  --json   say what was applied as JSON\n",
    run,
};
