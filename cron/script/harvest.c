#include "cron/script/harvest.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "cron/run/lease.h"
#include "cron/sandbox/files.h"
#include "cron/script/environment.h"
#include "cron/script/media_type.h"
#include "queries.h"

#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESULT_BYTES (1024 * 1024)
#define FILES_MOST 100
#define CHUNK_BYTES (1024 * 1024)
#define MEBIBYTE (1024LL * 1024)
#define RETRY_MS 100

static struct json_object *masked_text(const struct mask *mask, const char *bytes, size_t length)
{
    struct text shown = TEXT_EMPTY;
    struct json_object *made;

    mask_text(mask, bytes, length, &shown);
    made = json_object_new_string_len(text_string(&shown), (int)shown.length);
    text_free(&shown);
    return made;
}

static struct json_object *masked(const struct mask *mask, struct json_object *value);

static struct json_object *masked_object(const struct mask *mask, struct json_object *object)
{
    struct json_object *made = json_object_new_object();

    json_object_object_foreach(object, key, value)
    {
        struct json_object *name = masked_text(mask, key, strlen(key));

        json_object_object_add(made, json_object_get_string(name), masked(mask, value));
        json_object_put(name);
    }
    return made;
}

static struct json_object *masked_array(const struct mask *mask, struct json_object *array)
{
    struct json_object *made = json_object_new_array();

    for (size_t i = 0; i < json_object_array_length(array); i++)
        json_object_array_add(made, masked(mask, json_object_array_get_idx(array, i)));
    return made;
}

/* A copy in which no secret is left; a number that has one in it becomes a text. */
static struct json_object *masked(const struct mask *mask, struct json_object *value)
{
    struct text shown = TEXT_EMPTY;
    struct json_object *made;
    const char *plain;

    if (json_object_is_type(value, json_type_object))
        return masked_object(mask, value);
    if (json_object_is_type(value, json_type_array))
        return masked_array(mask, value);
    if (json_object_is_type(value, json_type_string))
        return masked_text(mask, json_object_get_string(value), (size_t)json_object_get_string_len(value));
    plain = json_object_to_json_string(value);
    mask_text(mask, plain, strlen(plain), &shown);
    made =
        strcmp(plain, text_string(&shown)) == 0 ? json_object_get(value) : json_object_new_string(text_string(&shown));
    text_free(&shown);
    return made;
}

static void hide_sensitive(struct json_object *outputs)
{
    if (!json_object_is_type(outputs, json_type_object))
        return;
    json_object_object_foreach(outputs, name, output)
    {
        (void)name;
        if (json_flag(output, "sensitive", false))
            json_object_object_add(output, "value", json_object_new_string(MASK_SHOWN));
    }
}

struct json_object *harvest_result(const struct sandbox *sandbox, const struct mask *mask, bool outputs,
                                   struct text *why)
{
    struct text content = TEXT_EMPTY;
    struct json_object *document = NULL;
    struct json_object *result = NULL;
    const char *fault = NULL;
    enum outcome outcome = sandbox_read(sandbox, "output.json", RESULT_BYTES, &content);

    if (outcome == OUTCOME_LIMITED)
        text_add(why, "There is no result: output.json is larger than 1 MB.");
    else if (outcome == OUTCOME_DENIED)
        text_add(why, "There is no result: output.json is not a regular file.");
    else if (outcome == OUTCOME_OK && content.length > 0) {
        if (json_parse_whole(content.bytes, content.length, &document, &fault) == OUTCOME_OK)
            result = masked(mask, document);
        else
            text_add_format(why, "There is no result: output.json is not valid JSON: %s", fault);
    }
    if (outputs)
        hide_sensitive(result);
    json_object_put(document);
    text_free_secret(&content);
    return result;
}

/* A file on its way: masked pieces of at most a chunk, each given to take. The lease is renewed on the way. */
struct passage {
    struct execution *execution;
    const struct mask *mask;
    bool (*take)(void *context, const char *bytes, size_t length);
    void *context;
};

static bool pass(const struct sandbox *sandbox, const char *name, const struct passage *passage)
{
    struct mask_stream stream = {.mask = passage->mask};
    struct text shown = TEXT_EMPTY;
    char *buffer = malloc(CHUNK_BYTES);
    int64_t size;
    ssize_t length = -1;
    int fd = -1;
    bool going = buffer && sandbox_open(sandbox, name, &fd, &size) == OUTCOME_OK;

    while (going && (length = read(fd, buffer, CHUNK_BYTES)) > 0) {
        text_clear(&shown);
        mask_feed(&stream, buffer, (size_t)length, &shown);
        lease_tick(passage->execution);
        going = passage->execution->state != EXECUTION_ORPHANED;
        going = going && (shown.length == 0 || passage->take(passage->context, shown.bytes, shown.length));
    }
    text_clear(&shown);
    mask_end(&stream, &shown);
    going = going && length == 0 && (shown.length == 0 || passage->take(passage->context, shown.bytes, shown.length));
    if (fd >= 0)
        close(fd);
    mask_stream_free(&stream);
    text_free(&shown);
    free(buffer);
    return going;
}

struct measure {
    crypto_hash_sha256_state hash;
    int64_t size;
};

static bool take_measure(void *context, const char *bytes, size_t length)
{
    struct measure *measure = context;

    crypto_hash_sha256_update(&measure->hash, (const unsigned char *)bytes, length);
    measure->size += (int64_t)length;
    return true;
}

static bool measure_file(struct execution *execution, const struct sandbox *sandbox, const struct mask *mask,
                         const char *name, int64_t *size, char digest[DIGEST_SIZE])
{
    struct measure measure = {.size = 0};
    unsigned char hash[crypto_hash_sha256_BYTES];
    const struct passage passage = {execution, mask, take_measure, &measure};

    crypto_hash_sha256_init(&measure.hash);
    if (!pass(sandbox, name, &passage))
        return false;
    crypto_hash_sha256_final(&measure.hash, hash);
    sodium_bin2hex(digest, DIGEST_SIZE, hash, sizeof hash);
    *size = measure.size;
    return true;
}

struct storing {
    struct execution *execution;
    char file[UUID_SIZE];
    int64_t position;
};

static bool take_chunk(void *context, const char *bytes, size_t length)
{
    struct storing *storing = context;
    struct execution *execution = storing->execution;
    char position[NUMBER_TEXT_SIZE];

    if (!execution->db)
        return false;
    number_text(storing->position, position);
    db_queue_bytes(execution->db, &query_run_file_chunk,
                   DB_VALUES(execution->id, execution->fence, storing->file, position, bytes),
                   (const size_t[]){0, 0, 0, 0, length});
    storing->position += (int64_t)length;
    return execution_run(execution) == OUTCOME_OK;
}

enum stored { STORED, STORED_NOT, STORED_OVER_QUOTA };

/* One after the other, so that never more than a chunk is in memory. */
static enum stored store_file(struct execution *execution, const struct sandbox *sandbox, const struct mask *mask,
                              const char *name, const char *output_bytes)
{
    struct storing storing = {.execution = execution};
    const struct passage passage = {execution, mask, take_chunk, &storing};
    struct text path = TEXT_EMPTY;
    char size[NUMBER_TEXT_SIZE];
    char digest[DIGEST_SIZE];
    int64_t bytes;
    bool stored = measure_file(execution, sandbox, mask, name, &bytes, digest);
    bool full = false;

    mask_text(mask, name + sizeof "out", strlen(name + sizeof "out"), &path);
    if (stored)
        stored =
            execution_do(execution, &query_run_file_add,
                         DB_VALUES(execution->id, execution->fence, text_string(&path), media_type(text_string(&path)),
                                   number_text(bytes, size), digest, output_bytes)) == OUTCOME_OK;
    if (stored && db_value(execution->db, 0, 0)[0] == '\0') {
        full = true;
    } else if (stored) {
        text_free(&path);
        text_add(&path, db_value(execution->db, 0, 0));
        memcpy(storing.file, text_string(&path), path.length < UUID_SIZE ? path.length + 1 : UUID_SIZE);
        stored = pass(sandbox, name, &passage);
        if (!stored)
            execution_do(execution, &query_run_file_drop, DB_VALUES(execution->id, execution->fence, storing.file));
    }
    text_free(&path);
    return full ? STORED_OVER_QUOTA : stored ? STORED : STORED_NOT;
}

/* The files of out/ that are kept. */
struct finds {
    char *names[FILES_MOST];
    size_t count;
    size_t left_out;
    int64_t bytes;
    int64_t most;
};

static bool find(void *context, const char *name, int64_t size)
{
    struct finds *finds = context;

    if (finds->count == FILES_MOST || finds->bytes + size > finds->most) {
        finds->left_out++;
    } else {
        finds->names[finds->count++] = strdup(name);
        finds->bytes += size;
    }
    return finds->left_out < 100000;
}

static void note_files(struct output *output, size_t count, const char *why)
{
    char *note = text_format("%zu file%s of out/ %s.", count, number_plural((long long)count), why);

    if (count)
        output_note(output, note);
    free(note);
}

static void note_rest(struct output *output, const struct finds *finds, size_t odd, const size_t counts[])
{
    char *note;

    if (finds->left_out) {
        note = text_format("%zu file%s of out/ %s not kept: a run can keep %d files and %lld MB.", finds->left_out,
                           number_plural((long long)finds->left_out), finds->left_out == 1 ? "was" : "were", FILES_MOST,
                           (long long)(finds->most / MEBIBYTE));
        output_note(output, note);
        free(note);
    }
    if (odd) {
        note = text_format("%zu %s not kept: only regular files with names that are text are.", odd,
                           odd == 1 ? "entry of out/ was" : "entries of out/ were");
        output_note(output, note);
        free(note);
    }
    note_files(output, counts[STORED_OVER_QUOTA],
               "could not be kept: the storage of the user who started this run is full");
    note_files(output, counts[STORED_NOT], "could not be stored");
}

/* Once more from its beginning when the database went away meanwhile, as long as the lease lasts. */
static enum stored store_patiently(struct execution *execution, const struct sandbox *sandbox, const struct mask *mask,
                                   const char *name, const char *output_bytes)
{
    enum stored stored;

    for (;;) {
        lease_tick(execution);
        if (execution->state == EXECUTION_ORPHANED)
            return STORED_NOT;
        stored = execution->db ? store_file(execution, sandbox, mask, name, output_bytes) : STORED_NOT;
        if (execution->db || stored != STORED_NOT)
            return stored;
        poll(NULL, 0, RETRY_MS);
    }
}

void harvest_files(struct execution *execution, struct sandbox *sandbox, const struct mask *mask, struct output *output)
{
    struct finds finds = {.most = execution->config->run_artifact_mb * MEBIBYTE};
    size_t counts[] = {[STORED_OVER_QUOTA] = 0};
    char written[NUMBER_TEXT_SIZE];
    size_t odd;

    /* the batch is stored with the end of the run */
    number_text(output->position + (int64_t)output->batch.length, written);
    if (!sandbox_each(sandbox, "out", find, &finds, &odd))
        output_note(output, "No files were kept: out/ is not a folder.");

    for (size_t i = 0; i < finds.count; i++) {
        counts[store_patiently(execution, sandbox, mask, finds.names[i], written)]++;
        free(finds.names[i]);
    }
    note_rest(output, &finds, odd, counts);
}
