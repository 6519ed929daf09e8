/* PostgreSQL: whether it is there, who we are there, and what is in it. */
#include "base/clock.h"
#include "base/number.h"
#include "ctl/doctor/check.h"
#include "model/functions.h"
#include "model/migrations.h"
#include "model/sealed.h"
#include "model/status.h"
#include "queries.h"
#include "words/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SET_UP "/usr/lib/coagent/set-up" /* of Debian's package: lets the program's user in */
#define VERSION_LEAST 150000
#define SKEW_WARNING_MS 1000
#define SKEW_FAILURE_MS 5000
#define OTHER_CONNECTIONS 5 /* two runners that hand over, coagentctl, a person with psql */

static const char *words_after(const char *sentence, const char *words)
{
    const char *found = strstr(sentence, words);

    return found ? found + strlen(words) : NULL;
}

/* The name between quotes behind words, as in: role "coagent_app" does not exist. */
static char *quoted_after(const char *sentence, const char *words)
{
    const char *name = words_after(sentence, words);

    return name ? text_format("%.*s", (int)strcspn(name, "\""), name) : NULL;
}

static void mend_role(const struct patient *patient, struct finding *finding, const char *why)
{
    char *role = quoted_after(why, "role \"");
    char *statement = text_format("%s role %s login", strstr(why, "does not exist") ? "create" : "alter", role);

    mend_by_sql(patient, finding, "postgres", statement);
    free(statement);
    free(role);
}

/* The fix for a failed connection, by the message of PostgreSQL or libpq. */
static void mend_connection(const struct patient *patient, struct finding *finding, const char *why)
{
    char *database = quoted_after(why, "database \"");

    if (strstr(why, "role \"") && (strstr(why, "does not exist") || strstr(why, "not permitted to log in"))) {
        mend_role(patient, finding, why);
    } else if (database && strstr(why, "does not exist")) {
        char *statement = text_format("create database %s owner coagent", database);
        mend_by_sql(patient, finding, "postgres", statement);
        mend_by_command(patient, finding, "migrate");
        free(statement);
    } else if (strstr(why, "authentication failed")) {
        if (access(SET_UP, X_OK) == 0)
            mend(finding, WORDS(SET_UP));
        else
            mend_by_editing(patient, finding);
    } else {
        mend_by_restart(patient, finding, PART_POSTGRES);
    }
    free(database);
}

static void mend_encryption(const struct patient *patient, struct finding *finding)
{
    static const char address[] = "/^DATABASE_URL *=/";

    if (!patient->file)
        mend_by_editing(patient, finding);
    else if (!strstr(patient->config->database_url, "://"))
        mend_by(finding, "sed -i '%ss/$/ sslmode=disable/' %s", address, patient->file);
    else
        mend_by(finding, "sed -i '%ss/$/%ssslmode=disable/' %s", address,
                strchr(patient->config->database_url, '?') ? "\\&" : "?", patient->file);
}

static void check_database(const struct patient *patient, struct finding *finding)
{
    long long version;

    if (patient->connected == OUTCOME_INVALID) {
        find(finding, VERDICT_FAILED, "%s", text_string(&patient->why_not));
        mend_encryption(patient, finding);
    } else if (!patient->db) {
        find(finding, VERDICT_FAILED, "no connection: %s", text_string(&patient->why_not));
        mend_connection(patient, finding, text_string(&patient->why_not));
    } else if (ask(patient, finding, &query_doctor_role, DB_NO_VALUES)) {
        find(finding, VERDICT_OK, "PostgreSQL %s responds, without encryption", db_value(patient->db, 0, 3));
        if (number_parse(db_value(patient->db, 0, 4), 0, 9999999, &version) != OUTCOME_OK || version < VERSION_LEAST) {
            find(finding, VERDICT_FAILED, "PostgreSQL %s is older than 15", db_value(patient->db, 0, 3));
            mend(finding, WORDS("apt-get", "install", "postgresql-15"));
        }
    }
}

static void check_owner(const struct patient *patient, struct finding *finding)
{
    struct text why = TEXT_EMPTY;
    struct db *db = NULL;

    if (!patient->config->database_owner_url) {
        find(finding, VERDICT_SKIPPED, "DATABASE_OWNER_URL is not set");
    } else if (connect_database(&db, patient->config->database_owner_url, DB_WITHOUT_FUNCTIONS, &why) == OUTCOME_OK) {
        find(finding, VERDICT_OK, "the owner of the schema can log in");
    } else {
        find(finding, VERDICT_FAILED, "the owner of the schema cannot log in, so the schema cannot be upgraded: %s",
             text_string(&why));
        mend_connection(patient, finding, text_string(&why));
    }
    db_close(db);
    text_free(&why);
}

static void check_role(const struct patient *patient, struct finding *finding)
{
    const char *role;
    char *statement;

    if (!ask(patient, finding, &query_doctor_role, DB_NO_VALUES))
        return;
    role = db_value(patient->db, 0, 0);
    if (db_value(patient->db, 0, 1)[0] == 't') {
        find(finding, VERDICT_FAILED, "the program's role %s is a superuser of PostgreSQL", role);
        statement = text_format("alter role %s nosuperuser", role);
        mend_by_sql(patient, finding, NULL, statement);
        free(statement);
    } else if (db_value(patient->db, 0, 2)[0] == 't') {
        find(finding, VERDICT_FAILED, "the program's role %s owns tables, so it could change its own audit log", role);
        mend_by_editing(patient, finding);
    } else {
        find(finding, VERDICT_OK, "the program logs in as %s, without rights over the schema", role);
    }
}

static void check_grants(const struct patient *patient, struct finding *finding)
{
    struct text statements = TEXT_EMPTY;
    int count;

    if (!ask(patient, finding, &query_doctor_grants, DB_VALUES(APPEND_ONLY_CHOICES)))
        return;
    count = db_rows(patient->db);
    for (int row = 0; row < count; row++)
        text_add_format(&statements, "%s%s", row > 0 ? "; " : "", db_value(patient->db, row, 0));
    find(finding, VERDICT_OK, "the program can append to the audit log and the room log, but not change them");
    if (count > 0) {
        find(finding, VERDICT_FAILED, "the program's rights are wrong in %d place%s", count, number_plural(count));
        mend_by_sql(patient, finding, NULL, text_string(&statements));
    }
    text_free(&statements);
}

static void check_migrations(const struct patient *patient, struct finding *finding)
{
    struct migrations_state state;
    struct text why = TEXT_EMPTY;

    if (migrations_compare(patient->db, migrations, &state, &why) != OUTCOME_OK) {
        find(finding, VERDICT_FAILED, "%s", text_string(&why));
        if (strstr(text_string(&why), "newer than this program"))
            mend(finding, WORDS("apt-get", "install", "--only-upgrade", "coagent"));
    } else if (state.pending > 0) {
        find(finding, VERDICT_FAILED, "%d migrations are missing", state.pending);
        mend_by_command(patient, finding, "migrate");
    } else if (functions_compare(patient->db, &why) != OUTCOME_OK) {
        find(finding, VERDICT_FAILED, "%s", text_string(&why));
        mend_by_command(patient, finding, "migrate");
    } else {
        find(finding, VERDICT_OK, "the schema matches this version (%d migrations)", state.applied);
    }
    text_free(&why);
}

static void check_connections(const struct patient *patient, struct finding *finding)
{
    const struct config *config = patient->config;
    /* the runner has as many places for answers as for scripts */
    int needed = config->pool_slots + config->pool_wait_slots + 2 * config->executor_limit + OTHER_CONNECTIONS;
    long long most;
    char *statement;

    if (!ask(patient, finding, &query_doctor_connections, DB_NO_VALUES) ||
        number_parse(db_value(patient->db, 0, 0), 0, 1000000, &most) != OUTCOME_OK)
        return;
    find(finding, VERDICT_OK, "this host needs up to %d connections of %lld", needed, most);
    if (needed <= most)
        return;
    find(finding, VERDICT_FAILED,
         "POOL_SLOTS, POOL_WAIT_SLOTS and EXECUTOR_LIMIT need up to %d connections, PostgreSQL allows %lld", needed,
         most);
    statement = text_format("alter system set max_connections = %d", needed + 20);
    mend_by_sql(patient, finding, "postgres", statement);
    mend_by_restart(patient, finding, PART_POSTGRES);
    free(statement);
}

static void check_space(const struct patient *patient, struct finding *finding)
{
    enum outcome outcome = status_write(patient->db);

    if (outcome == OUTCOME_FULL) {
        find(finding, VERDICT_FAILED, "PostgreSQL has no room to write: free some on its disk, or make it larger");
        mend(finding, WORDS("df", "-h"));
    } else if (has_answered(patient, finding, outcome)) {
        find(finding, VERDICT_OK, "PostgreSQL has room to write");
    }
}

/* The lifetimes of tokens are told by this machine's clock, those of sessions by PostgreSQL's. */
static void check_clock(const struct patient *patient, struct finding *finding)
{
    int64_t before = clock_now_ms(), after, skew, apart;
    long long theirs;

    if (!ask(patient, finding, &query_doctor_clock, DB_NO_VALUES) ||
        number_parse(db_value(patient->db, 0, 0), 0, INT64_MAX, &theirs) != OUTCOME_OK)
        return;
    after = clock_now_ms();
    skew = before > theirs ? before - theirs : theirs > after ? theirs - after : 0;
    apart = before > theirs ? 1 : -1;
    find(finding, VERDICT_OK, "this machine and PostgreSQL agree on the time");
    if (skew < SKEW_WARNING_MS)
        return;
    find(finding, skew < SKEW_FAILURE_MS ? VERDICT_WARNING : VERDICT_FAILED,
         "this machine's clock is %lld.%lld s %s PostgreSQL's", (long long)skew / 1000, (long long)skew % 1000 / 100,
         apart > 0 ? "ahead of" : "behind");
    mend(finding, WORDS("timedatectl", "set-ntp", "true"));
}

static void check_administrator(const struct patient *patient, struct finding *finding)
{
    if (!ask(patient, finding, &query_doctor_administrator, DB_NO_VALUES))
        return;
    find(finding, VERDICT_OK, "an administrator account is enabled");
    if (db_value(patient->db, 0, 0)[0] == 't')
        return;
    find(finding, VERDICT_FAILED, "no administrator account is enabled");
    mend_by_command(patient, finding, "create-admin --email admin@example.com");
}

/* After a change of SECRET_KEY, what the former key had sealed can be read only with it. */
static void check_sealed_keys(const struct patient *patient, struct finding *finding)
{
    struct sealed_count count = {0};
    struct text lost = TEXT_EMPTY;

    if (has_answered(patient, finding, sealed_survey(patient->db, patient->config, &count))) {
        for (size_t i = 0; i < json_object_array_length(count.lost); i++)
            text_add_format(&lost, "%s%s", lost.length > 0 ? ", " : "",
                            json_object_get_string(json_object_array_get_idx(count.lost, i)));
        find(finding, VERDICT_OK, "%lld stored secrets can be read", count.current + count.previous);
    }
    if (lost.length > 0) {
        find(finding, VERDICT_FAILED,
             "encrypted with another SECRET_KEY: %s. Set that key as SECRET_KEY_PREVIOUS, or enter these secrets again",
             text_string(&lost));
        mend_by_editing(patient, finding);
    }
    json_object_put(count.lost);
    text_free(&lost);
}

const struct check database_checks[] = {
    {"database", NEEDS_SETTINGS, check_database},
    {"database-owner", NEEDS_SETTINGS, check_owner},
    {"role", NEEDS_SETTINGS | NEEDS_DATABASE, check_role},
    {"grants", NEEDS_SETTINGS | NEEDS_DATABASE, check_grants},
    {"migrations", NEEDS_SETTINGS | NEEDS_DATABASE, check_migrations},
    {"connections", NEEDS_SETTINGS | NEEDS_DATABASE, check_connections},
    {"space", NEEDS_SETTINGS | NEEDS_DATABASE, check_space},
    {"clock", NEEDS_SETTINGS | NEEDS_DATABASE, check_clock},
    {"administrator", NEEDS_SETTINGS | NEEDS_DATABASE, check_administrator},
    {"sealed-keys", NEEDS_SETTINGS | NEEDS_DATABASE, check_sealed_keys},
    {NULL},
};
