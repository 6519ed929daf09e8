/* Scripts: a head that people edit and immutable versions, which run. Each function is one pipeline, scripts_run two:
 * with what the caller queued before (the guard), one transaction. Bodies are the checked fields; ids are UUIDs as
 * text. */
#ifndef COAGENT_SCRIPTS_H
#define COAGENT_SCRIPTS_H

#include "base/config.h"
#include "base/json.h"
#include "db/db.h"

#include "words/words.h"

#include <stdbool.h>

#define SCRIPT_CODE_MOST 524288 /* bytes; sql/functions/scripts.sql knows it, too */
#define SCRIPT_UPLOAD_MOST                                                                                             \
    ((size_t)4 << 20) /* of a script with its files, as an archive or as JSON; nginx lets it pass */

/* What the files beside a script may be together: FOLDER_files, FOLDER_bytes, and each: FOLDER_path, FOLDER_depth. */
#define FOLDER_LIMIT(word, value) FOLDER_##word = (value),
enum { FOLDER_LIMIT_LIST(FOLDER_LIMIT) };
#undef FOLDER_LIMIT

/* The filters of a list; NULL: no filter. */
struct script_filter {
    const char *query; /* part of the name or the description */
    const char *kind;
    bool mine;
};

/* By name, from a cursor on (NULL: from the start), at most limit of them: those that the caller may see. */
enum outcome scripts_list(struct db *db, const struct script_filter *filter, int limit, const char *cursor);

/* For a script that the path does not name: queues the proof that the caller may edit it, behind the guard. */
void scripts_queue_proof(struct db *db, const char *id);

/* ABSENT when it is not there, here and below. */
enum outcome scripts_get(struct db *db, const char *id);

/* Rows to announce, here and below. CONFLICT: the name is taken. INVALID with a sentence in why, and nothing asked: its
 * "parameters" are no schema; they are put into their stored form. A body without "kind" gets that of the interpreter
 * which the first line of the code names; one that names another than its kind has is INVALID. */
enum outcome scripts_create(struct db *db, struct json_object *body, struct text *why);

/* Changes the fields that the body has; other code or parameters make a new version. CONFLICT when "version" is stale
 * or the name is taken. INVALID as above. */
enum outcome scripts_edit(struct db *db, const char *id, struct json_object *body, struct text *why);

/* Rows to announce, no document: its live runs are cancelled, its history stays. */
enum outcome scripts_delete(struct db *db, const char *id);

/* Rows to announce, no document: the next run begins with an empty cache folder. */
enum outcome scripts_clear_cache(struct db *db, const char *id);

/* Its versions without their code, the newest first; and one of them with it. */
enum outcome scripts_versions(struct db *db, const char *id, int limit, const char *cursor);
enum outcome scripts_version(struct db *db, const char *id, const char *number);

/* The bytes of a file beside a script, binary (db_length), in a version or (NULL) the newest. */
enum outcome scripts_file(struct db *db, const char *id, const char *path, const char *version);

/* A version with its files, binary, a row each: the script itself comes first (name, kind, seconds since 1970, code),
 * then the files (path, "x" when executable, "", bytes). ABSENT when there is no such version. */
enum outcome scripts_folder(struct db *db, const char *id, const char *version);

/* Which kinds there are, and which of them the runners can execute. */
enum outcome scripts_kinds(struct db *db);

/* The kind of a file by its extension; NULL if unknown. */
const char *scripts_kind_of(const char *filename);

/* The name of a script for this file: its name without folders and extension. The caller frees it. */
char *scripts_name_of(const char *filename);

/* Queues a run; via is "ui" or "api". Its passwords are sealed. Rows to announce, the run's document first.
 * INVALID with every parameter that is wrong in errors; DENIED or CONFLICT when it may not speak in the room. The body
 * gets the version that the parameters were checked against, and what the run is given but for its passwords. */
enum outcome scripts_run(struct db *db, const struct config *config, const char *id, struct json_object *body,
                         const char *via, struct json_object *errors);

#endif
