/* The files beside a script: one by one, and the whole folder as a zip archive. A change of any makes a new version. */
#include "model/scripts.h"

#include "base/number.h"
#include "fcgi/http/route.h"
#include "words/words.h"
#include "zip/zip.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void show_file(struct request *request);
static void put_file(struct request *request);
static void delete_file(struct request *request);
static void upload(struct request *request);
static void export_folder(struct request *request);

#define PATH_FIELD                                                                                                     \
    {                                                                                                                  \
        "path", FIELD_LINE, true, 1, FOLDER_path, NULL, "Relative to the script, with \"/\" between folders", false    \
    }
#define NUMBER_FIELD                                                                                                   \
    {                                                                                                                  \
        "number", FIELD_INTEGER, false, 1, 2147483647, NULL, "A version (default: the newest)", false                  \
    }
#define VERSION_FIELD                                                                                                  \
    {                                                                                                                  \
        "version", FIELD_INTEGER, false, 1, 2147483647, NULL,                                                          \
            "The \"version\" of the script that the change is based on; absent: any", false                            \
    }

static const struct field show_query[] = {PATH_FIELD, NUMBER_FIELD, {NULL}};
static const struct field export_query[] = {NUMBER_FIELD, {NULL}};
static const struct field delete_query[] = {PATH_FIELD, VERSION_FIELD, {NULL}};

static const struct field put_query[] = {
    PATH_FIELD,
    VERSION_FIELD,
    {"executable", FIELD_BOOLEAN, false, 0, 0, NULL, "Whether it can be executed; absent: as it was", false},
    {NULL},
};

static const struct field upload_query[] = {
    {"filename", FIELD_NAME, true, 1, 80, NULL,
     "The extension determines the kind: .sh .py .js .mjs .yml .yaml .tf .aws; .zip: a script with the files beside it",
     false},
    {"script", FIELD_UUID, false, 0, 0, NULL, "The script to add a version to; absent: create a script", false},
    {"main", FIELD_LINE, false, 1, FOLDER_path, NULL,
     "The file of the archive that is the script itself (default: script.*, main.*, index.*, site.*, playbook.*, or "
     "the only script at its top level)",
     false},
    {NULL},
};

const struct route script_file_routes[] = {
    ROUTE(METHOD_GET, "/scripts/{id}/files", SCRIPT("see"), POOL_FAST, NULL, show_query, show_file,
          "A file beside a script, as a download", .media = "application/octet-stream"),
    ROUTE(METHOD_PUT, "/scripts/{id}/files", SCRIPT("edit"), POOL_WAIT, NULL, put_query, put_file,
          "Create or replace a file beside a script", "Script", .raw = FOLDER_bytes,
          .unversioned = "it makes a new version, and the file that it replaces stays in the earlier ones"),
    ROUTE(METHOD_DELETE, "/scripts/{id}/files", SCRIPT("edit"), POOL_FAST, NULL, delete_query, delete_file,
          "Remove a file beside a script; earlier versions keep it", "Script"),
    ROUTE(METHOD_POST, "/scripts/upload", MAY("scripts.create"), POOL_WAIT, NULL, upload_query, upload,
          "Create a script, or a new version of one, from a file or a zip archive", "Script", .raw = SCRIPT_UPLOAD_MOST,
          .successes = "201", .problems = "404"),
    ROUTE(METHOD_GET, "/scripts/{id}/export", SCRIPT("see"), POOL_WAIT, NULL, export_query, export_folder,
          "A script with the files beside it as a zip archive", .media = "application/zip"),
    ROUTE_END,
};

/* The version that is asked for, in digits; NULL: the newest. */
static const char *number_asked(const struct request *request, char digits[NUMBER_TEXT_SIZE])
{
    long long number = request_query_integer(request, "number", 0);

    return number > 0 ? number_text(number, digits) : NULL;
}

/* GET /api/scripts/{id}/files?path=&number=: its bytes; 404 */
static void show_file(struct request *request)
{
    const char *path = request_query(request, "path"), *slash = strrchr(path, '/');
    char digits[NUMBER_TEXT_SIZE];
    enum outcome outcome = scripts_file(request->db, request->path_values[0], path, number_asked(request, digits));

    if (outcome == OUTCOME_OK)
        respond_download(request, "application/octet-stream", slash ? slash + 1 : path, db_value(request->db, 0, 0),
                         db_length(request->db, 0, 0));
    else
        respond_problem(request, outcome, NULL);
}

/* The bytes as base64, which JSON can carry. */
static struct json_object *base64_of(const char *bytes, size_t length)
{
    size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
    char *encoded = malloc(size);
    struct json_object *string;

    if (!encoded)
        abort();
    sodium_bin2base64(encoded, size, (const unsigned char *)bytes, length, sodium_base64_VARIANT_ORIGINAL);
    string = json_object_new_string(encoded);
    free(encoded);
    return string;
}

/* A change of a file as PATCH takes it; bytes NULL: none of its content. */
static struct json_object *change_of(const char *path, const char *bytes, size_t length)
{
    struct json_object *change = json_object_new_object();

    json_object_object_add(change, "path", json_object_new_string(path));
    if (bytes)
        json_object_object_add(change, "base64", base64_of(bytes, length));
    return change;
}

/* Takes the change over. */
static void respond_change(struct request *request, struct json_object *change)
{
    struct json_object *body = json_object_new_object(), *list = json_object_new_array();
    struct json_object *version = json_member(request->query, "version");
    struct text why = TEXT_EMPTY;

    json_object_array_add(list, change);
    json_object_object_add(body, "files", list);
    if (version)
        json_object_object_add(body, "version", json_object_get(version));
    respond_announced(request, scripts_edit(request->db, request->path_values[0], body, &why), 200);
    json_object_put(body);
    text_free(&why);
}

/* PUT /api/scripts/{id}/files?path=&version=&executable=: 200 and the script; 403; 404; 409 when the version is stale;
 * 413; 415; 422 */
static void put_file(struct request *request)
{
    struct json_object *change =
        change_of(request_query(request, "path"), text_string(request->raw), request->raw->length);
    struct json_object *executable = json_member(request->query, "executable");

    if (executable)
        json_object_object_add(change, "executable", json_object_get(executable));
    respond_change(request, change);
}

/* DELETE /api/scripts/{id}/files?path=&version=: 200 and the script; 403; 404; 409 when the version is stale; 422 when
 * there is no such file */
static void delete_file(struct request *request)
{
    struct json_object *change = change_of(request_query(request, "path"), NULL, 0);

    json_object_object_add(change, "remove", json_object_new_boolean(true));
    respond_change(request, change);
}

static void refuse_file(struct request *request, const char *field, const char *sentence)
{
    respond_field_error(request, field, sentence);
    respond_problem(request, OUTCOME_INVALID, sentence);
}

/* What an upload says: the script itself, and the files beside it. */
struct upload {
    struct zip zip;
    const char *filename; /* of the script itself */
    const char *code;
    size_t code_length;
    const struct zip_file *main; /* NULL: it is no archive */
};

static bool is_zip(const char *filename, const struct text *raw)
{
    const char *ending = strrchr(filename, '.');

    return (ending && strcasecmp(ending, ".zip") == 0) || (raw->length > 4 && memcmp(raw->bytes, "PK\3\4", 4) == 0);
}

/* How likely a file is the script itself: 0 not at all. */
static int likelihood(const struct zip_file *file)
{
    static const char *const names[] = {"main.", "index.", "site.", "playbook."};

    if (strchr(file->name, '/') || !(scripts_kind_of(file->name) || strncmp(text_string(&file->bytes), "#!", 2) == 0))
        return 0;
    if (strncmp(file->name, "script.", strlen("script.")) == 0)
        return 3;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(file->name, names[i], strlen(names[i])) == 0)
            return 2;
    return 1;
}

/* The file that is named, else the only one that is the most likely. */
static const struct zip_file *find_main(const struct zip *zip, const char *wanted)
{
    const struct zip_file *best = NULL;
    int most = 0;

    for (size_t i = 0; i < zip->count; i++) {
        const struct zip_file *file = &zip->files[i];
        int now = wanted ? strcmp(file->name, wanted) == 0 : likelihood(file);

        if (now > most)
            best = file;
        else if (now > 0 && now == most)
            best = NULL; /* as likely as another */
        most = now > most ? now : most;
    }
    return best;
}

/* false: the request is refused. */
static bool open_archive(struct request *request, struct upload *upload)
{
    const struct zip_limits limits = {FOLDER_files + 1, FOLDER_bytes + SCRIPT_CODE_MOST};
    struct text why = TEXT_EMPTY;
    enum outcome outcome = zip_read(&upload->zip, request->raw->bytes, request->raw->length, &limits, &why);

    upload->main = outcome == OUTCOME_OK ? find_main(&upload->zip, request_query(request, "main")) : NULL;
    if (outcome != OUTCOME_OK)
        refuse_file(request, "file", text_string(&why));
    else if (!upload->main)
        refuse_file(
            request, "main",
            request_query(request, "main")
                ? "The archive has no such file."
                : "Which file is the script? Name it script.sh, script.py …, at the top level of the archive, or "
                  "give its name in \"main\".");
    text_free(&why);
    return upload->main != NULL;
}

static bool open_upload(struct request *request, struct upload *upload)
{
    upload->filename = request_query(request, "filename");
    upload->code = text_string(request->raw);
    upload->code_length = request->raw->length;
    if (is_zip(upload->filename, request->raw)) {
        if (!open_archive(request, upload))
            return false;
        upload->filename = upload->main->name;
        upload->code = text_string(&upload->main->bytes);
        upload->code_length = upload->main->bytes.length;
    }
    if (upload->code_length > SCRIPT_CODE_MOST)
        respond_refusal(request, 413, "The file is too large.");
    else if (!utf8_is_valid(upload->code, upload->code_length))
        refuse_file(request, "code", "A script must be UTF-8 text without NUL characters.");
    else
        return true;
    return false;
}

/* An archive is the folder as it will be. */
static void add_files(struct json_object *body, const struct upload *upload)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < upload->zip.count; i++) {
        const struct zip_file *file = &upload->zip.files[i];
        struct json_object *change;

        if (file == upload->main)
            continue;
        change = change_of(file->name, text_string(&file->bytes), file->bytes.length);
        json_object_object_add(change, "executable", json_object_new_boolean(file->executable));
        json_object_array_add(list, change);
    }
    json_object_object_add(body, "files", list);
    json_object_object_add(body, "replace_files", json_object_new_boolean(true));
}

/* The file as the body that POST and PATCH take, from which it goes on as theirs does. */
static struct json_object *body_of(struct request *request, const struct upload *upload, const char *kind)
{
    const char *filename = request_query(request, "filename");
    struct json_object *body = json_object_new_object();
    char *name = scripts_name_of(filename);
    char *note = text_format("From %s", filename);

    if (!request_query(request, "script"))
        json_object_object_add(body, "name", json_object_new_string(name));
    if (kind)
        json_object_object_add(body, "kind", json_object_new_string(kind));
    json_object_object_add(body, "code", json_object_new_string(upload->code));
    json_object_object_add(body, "note", json_object_new_string(note));
    if (upload->main)
        add_files(body, upload);
    free(note);
    free(name);
    return body;
}

static void store_upload(struct request *request, const struct upload *upload)
{
    const char *script = request_query(request, "script");
    const char *kind = scripts_kind_of(upload->filename);
    struct text why = TEXT_EMPTY;
    struct json_object *body;
    enum outcome outcome;

    if (!kind && !script && strncmp(upload->code, "#!", 2) != 0) {
        refuse_file(request, upload->main ? "main" : "filename",
                    "Use an extension such as .sh, .py, .js, .yml, .tf or .aws, or a first line such as #!/bin/bash.");
        return;
    }
    body = body_of(request, upload, kind);
    outcome = script ? scripts_edit(request->db, script, body, &why) : scripts_create(request->db, body, &why);
    respond_announced_created(request, outcome, "/scripts");
    json_object_put(body);
    text_free(&why);
}

/* POST /api/scripts/upload?filename=&script=&main=: the path does not name the script, so its guard is queued here. 201
 * and the script; 403; 404; 409; 413; 415; 422 */
static void upload(struct request *request)
{
    struct upload upload = {.main = NULL};

    if (request_query(request, "script"))
        scripts_queue_proof(request->db, request_query(request, "script"));
    if (open_upload(request, &upload))
        store_upload(request, &upload);
    zip_free(&upload.zip);
}

/* The name of the script itself in an archive, by which an upload finds its kind again. */
static char *main_name(const char *kind)
{
    for (size_t i = 0; i < SCRIPT_KIND_COUNT; i++)
        if (strcmp(script_kind_rows[i].name, kind) == 0)
            return text_format("script.%.*s", (int)strcspn(script_kind_rows[i].endings, " "),
                               script_kind_rows[i].endings);
    return text_format("script");
}

/* The rows of scripts_folder as an archive. */
static void pack(struct db *db, struct zip_writer *writer)
{
    char *main = main_name(db_value(db, 0, 1));
    long long changed_at = 0;

    number_parse(db_value(db, 0, 2), 0, INT64_MAX, &changed_at);
    for (int row = 0; row < db_rows(db); row++)
        zip_add(writer, row == 0 ? main : db_value(db, row, 0), db_value(db, row, 3), db_length(db, row, 3),
                strcmp(db_value(db, row, 1), "x") == 0, changed_at);
    zip_finish(writer);
    free(main);
}

/* GET /api/scripts/{id}/export?number=: NAME.zip; 404 */
static void export_folder(struct request *request)
{
    char digits[NUMBER_TEXT_SIZE];
    enum outcome outcome = scripts_folder(request->db, request->path_values[0], number_asked(request, digits));
    struct zip_writer writer = ZIP_EMPTY;
    char *name;

    if (outcome != OUTCOME_OK) {
        respond_problem(request, outcome, NULL);
        return;
    }
    name = text_format("%s.zip", db_value(request->db, 0, 0));
    pack(request->db, &writer);
    respond_download(request, "application/zip", name, writer.archive.bytes, writer.archive.length);
    zip_writer_free(&writer);
    free(name);
}
