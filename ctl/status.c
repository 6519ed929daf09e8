/* coagentctl status: whether the database is there, and whether its schema fits. */
#include "ctl/command.h"
#include "model/migrations.h"

#include <getopt.h>
#include <stdio.h>

static void print(bool json, const struct migrations_state *state, const char *trouble)
{
    struct text line = TEXT_EMPTY;

    if (json) {
        text_add_format(&line, "{\"database\":\"ok\",\"migrations\":{\"applied\":%d,\"pending\":%d},\"problem\":",
                        state->applied, state->pending);
        if (trouble[0])
            text_add_json(&line, trouble);
        else
            text_add(&line, "null");
        text_add(&line, "}");
    } else {
        text_add_format(&line, "database    ok\nmigrations  %d applied, %d pending", state->applied, state->pending);
        if (trouble[0])
            text_add_format(&line, "\nproblem     %s", trouble);
    }
    puts(text_string(&line));
    text_free(&line);
}

static enum exit_status check(const struct config *config, bool json)
{
    struct db *db = command_open(config->database_url);
    struct migrations_state state;
    struct text why = TEXT_EMPTY;
    enum outcome outcome;

    if (!db)
        return EXIT_FAILED;
    outcome = migrations_compare(db, migrations, &state, &why);
    if (outcome == OUTCOME_OK && state.pending > 0)
        text_add(&why, "Run coagentctl migrate.");
    print(json, &state, text_string(&why));
    text_free(&why);
    db_close(db);
    return outcome == OUTCOME_OK && state.pending == 0 ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_status run(const struct config *config, int argc, char *argv[])
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    bool json = false;

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'j')
            return complain_usage(&command_status, "that option is not known");
        json = true;
    }
    if (optind < argc)
        return complain_usage(&command_status, "status takes no \"%s\"", argv[optind]);
    return check(config, json);
}

const struct command command_status = {
    "status",
    "say whether the database is there and its schema fits",
    "Usage: coagentctl status [--json]\n"
    "Connects as the running program does (DATABASE_URL) and compares the schema with this version. The exit status is "
    "0\n"
    "when everything is right, 1 otherwise.\n"
    "\n"
    "  --json   answer in JSON\n",
    run,
};
