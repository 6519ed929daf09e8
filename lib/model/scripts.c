#include "model/scripts.h"

#include "base/number.h"
#include "queries.h"

#include <string.h>

enum outcome scripts_list(struct db *db, const struct script_filter *filter, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_script_list,
                 DB_VALUES(most, cursor, filter->query, filter->kind, filter->mine ? "true" : "false"));
}

enum outcome scripts_get(struct db *db, const char *id)
{
    return db_do(db, &query_script_get, DB_VALUES(id));
}

enum outcome scripts_create(struct db *db, const char *body)
{
    db_queue(db, &query_script_create, DB_VALUES(body));
    return db_do(db, &query_script_touched, DB_NO_VALUES);
}

enum outcome scripts_edit(struct db *db, const char *id, const char *body)
{
    db_queue(db, &query_script_edit, DB_VALUES(id, body));
    return db_do(db, &query_script_touched, DB_NO_VALUES);
}

enum outcome scripts_delete(struct db *db, const char *id)
{
    return db_do(db, &query_script_delete, DB_VALUES(id));
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

enum outcome scripts_kinds(struct db *db)
{
    return db_do(db, &query_script_kinds, DB_NO_VALUES);
}

static bool first_line_names(const char *code, const char *interpreter)
{
    size_t length = strcspn(code, "\r\n");
    const char *found = strncmp(code, "#!", 2) == 0 ? strstr(code, interpreter) : NULL;

    return found && (size_t)(found - code) < length;
}

const char *scripts_kind_of(const char *filename, const char *code)
{
    static const char *const endings[][2] = {
        {".sh", "sh"},        {".bash", "sh"},       {".py", "python"},    {".js", "node"}, {".mjs", "node"},
        {".yml", "playbook"}, {".yaml", "playbook"}, {".tf", "terraform"}, {".aws", "aws"},
    };
    static const char *const interpreters[][2] = {
        {"ansible-playbook", "playbook"}, {"python", "python"}, {"node", "node"}, {"sh", "sh"}};
    const char *ending = strrchr(filename, '.');

    for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(ending, endings[i][0]) == 0)
            return endings[i][1];
    for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++)
        if (first_line_names(code, interpreters[i][0]))
            return interpreters[i][1];
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

enum outcome scripts_run(struct db *db, const char *id, const char *body, const char *via)
{
    db_queue(db, &query_script_run, DB_VALUES(id, body, via));
    return db_do(db, &query_run_touched, DB_NO_VALUES);
}
