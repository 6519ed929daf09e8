#include "model/scripts.h"

#include "base/number.h"
#include "model/first_line.h"
#include "model/run_inputs.h"
#include "model/script_parameters.h"
#include "queries.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

enum outcome scripts_list(struct db *db, const struct script_filter *filter, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_script_list,
                 DB_VALUES(most, cursor, filter->query, filter->kind, filter->mine ? "true" : "false"));
}

void scripts_queue_proof(struct db *db, const char *id)
{
    db_queue(db, &query_script_prove, DB_VALUES(id, "edit"));
}

enum outcome scripts_get(struct db *db, const char *id)
{
    return db_do(db, &query_script_get, DB_VALUES(id));
}

/* Notes the interpreter of the first line, which the functions of SQL compare with the kind. */
static void note_program(struct json_object *body)
{
    const char *code = json_text(body, "code");
    char *program = code ? first_line_program(code) : NULL;

    if (program)
        json_object_object_add(body, "program", json_object_new_string(program));
    free(program);
}

static void choose_kind(struct json_object *body)
{
    const char *program = json_text(body, "program");
    const char *kind = program && !json_text(body, "kind") ? first_line_kind(program) : NULL;

    if (kind)
        json_object_object_add(body, "kind", json_object_new_string(kind));
}

enum outcome scripts_create(struct db *db, struct json_object *body, struct text *why)
{
    if (script_parameters_complete(body, true, why) != OUTCOME_OK)
        return OUTCOME_INVALID;
    note_program(body);
    choose_kind(body);
    return db_do(db, &query_script_create, DB_VALUES(json_object_to_json_string(body)));
}

enum outcome scripts_edit(struct db *db, const char *id, struct json_object *body, struct text *why)
{
    if (script_parameters_complete(body, false, why) != OUTCOME_OK)
        return OUTCOME_INVALID;
    note_program(body);
    return db_do(db, &query_script_edit, DB_VALUES(id, json_object_to_json_string(body)));
}

enum outcome scripts_delete(struct db *db, const char *id)
{
    return db_do(db, &query_script_delete, DB_VALUES(id));
}

enum outcome scripts_clear_cache(struct db *db, const char *id)
{
    return db_do(db, &query_script_clear_cache, DB_VALUES(id));
}

enum outcome scripts_versions(struct db *db, const char *id, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_script_versions, DB_VALUES(id, most, cursor));
}

enum outcome scripts_version(struct db *db, const char *id, const char *number)
{
    return db_do(db, &query_script_version, DB_VALUES(id, number));
}

enum outcome scripts_file(struct db *db, const char *id, const char *path, const char *version)
{
    db_queue_bytes(db, &query_script_file, DB_VALUES(id, path, version), NULL);
    return db_run(db);
}

enum outcome scripts_folder(struct db *db, const char *id, const char *version)
{
    enum outcome outcome;

    db_queue_bytes(db, &query_script_folder, DB_VALUES(id, version), NULL);
    outcome = db_run(db);
    return outcome == OUTCOME_OK && db_rows(db) == 0 ? OUTCOME_ABSENT : outcome;
}

enum outcome scripts_kinds(struct db *db)
{
    return db_do(db, &query_script_kinds, DB_NO_VALUES);
}

/* endings: "sh bash" */
static bool is_listed(const char *ending, const char *endings)
{
    for (size_t length; *endings; endings += length + (endings[length] == ' ')) {
        length = strcspn(endings, " ");
        if (strlen(ending) == length && strncasecmp(ending, endings, length) == 0)
            return true;
    }
    return false;
}

const char *scripts_kind_of(const char *filename)
{
    const char *ending = strrchr(filename, '.');

    for (size_t i = 0; ending && i < SCRIPT_KIND_COUNT; i++)
        if (is_listed(ending + 1, script_kind_rows[i].endings))
            return script_kind_rows[i].name;
    return NULL;
}

char *scripts_name_of(const char *filename)
{
    const char *name = filename;

    for (const char *at = filename; *at; at++)
        if ((*at == '/' || *at == '\\') && at[1])
            name = at + 1;
    const char *ending = strrchr(name, '.');

    return ending && ending > name ? strndup(name, (size_t)(ending - name)) : strdup(name);
}

/* Fixes the version and the inputs of a run in the body, and seals its passwords; *sealed is NULL without any. */
static enum outcome prepare_run(struct db *db, const struct config *config, struct json_object *body, char **sealed,
                                struct json_object *errors)
{
    struct script_choice choice;
    struct json_object *inputs = NULL;
    enum outcome outcome = script_choice_read(db, &choice);

    if (outcome == OUTCOME_OK)
        outcome = script_parameters_check(&choice, json_member(body, "parameters"), &inputs, errors);
    if (outcome == OUTCOME_OK) {
        outcome = run_inputs_seal(config, choice.schema, inputs, sealed);
        json_object_object_add(body, "version", json_object_new_string(choice.version));
        json_object_object_add(body, "parameters", inputs);
    }
    script_choice_free(&choice);
    return outcome;
}

/* What the script takes has to be read before the run can be queued: a second round trip in the same transaction. */
enum outcome scripts_run(struct db *db, const struct config *config, const char *id, struct json_object *body,
                         const char *via, struct json_object *errors)
{
    char *sealed = NULL;
    bool was_held = db_is_held(db);
    char digits[NUMBER_TEXT_SIZE];
    const char *version = json_member(body, "version") ? number_text(json_long(body, "version", 0), digits) : NULL;

    db_hold(db);
    enum outcome outcome = db_do(db, &query_script_takes, DB_VALUES(id, version));
    if (outcome == OUTCOME_OK)
        outcome = prepare_run(db, config, body, &sealed, errors);
    if (outcome == OUTCOME_OK) {
        db_queue(db, &query_script_run, DB_VALUES(id, json_object_to_json_string(body), via, sealed));
        outcome = was_held ? db_run(db) : db_commit(db);
    } else if (!was_held) {
        db_rollback(db);
    }
    free(sealed);
    return outcome;
}
