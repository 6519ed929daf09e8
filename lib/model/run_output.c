#include "model/run_output.h"

#include "base/json.h"
#include "base/number.h"
#include "base/repair.h"
#include "queries.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define STRETCH_BYTES (4LL * 1024 * 1024)

enum column { COLUMN_POSITION, COLUMN_STREAM, COLUMN_AT, COLUMN_BYTES };

enum outcome run_output_read(struct db *db, const char *run, const char *offset, const char *last, const char *limit)
{
    db_queue_bytes(db, &query_run_output_page, DB_VALUES(run, offset, last, limit), NULL);
    return db_run(db);
}

enum outcome run_output_size(struct db *db, const char *run)
{
    return db_do(db, &query_run_output_size, DB_VALUES(run));
}

enum outcome run_output_piece(struct db *db, const char *run, long long offset)
{
    char from[24];

    snprintf(from, sizeof from, "%lld", offset);
    db_queue_bytes(db, &query_run_output_piece, DB_VALUES(run, from), NULL);
    return db_run(db);
}

/* The chunk that is being made: of several rows where one ends within a character and the next goes on with it. */
struct chunk {
    struct json_object *list;
    struct text bytes;
    long long offset;
    const char *stream, *at;
};

/* Gives the chunk to the list without so many bytes at its end, which stay. */
static void give(struct chunk *chunk, size_t kept)
{
    struct text shown = TEXT_EMPTY;
    size_t length = chunk->bytes.length - kept;

    if (length > 0) {
        struct json_object *object = json_object_new_object();

        text_add_shown(&shown, chunk->bytes.bytes, length);
        json_object_object_add(object, "offset", json_object_new_int64(chunk->offset));
        json_object_object_add(object, "stream", json_object_new_string(chunk->stream));
        json_object_object_add(object, "at", json_object_new_string(chunk->at));
        json_object_object_add(object, "text", json_object_new_string_len(text_string(&shown), (int)shown.length));
        json_object_array_add(chunk->list, object);
    }
    struct text rest = TEXT_EMPTY;
    if (kept > 0)
        text_add_bytes(&rest, chunk->bytes.bytes + length, kept);
    text_free(&chunk->bytes);
    chunk->bytes = rest;
    chunk->offset += (long long)length;
    text_free(&shown);
}

static void take_row(struct chunk *chunk, const struct db *db, int row)
{
    const char *stream = db_value(db, row, COLUMN_STREAM);
    long long position;

    if (chunk->bytes.length > 0 && strcmp(chunk->stream, stream) != 0)
        give(chunk, 0);
    if (chunk->bytes.length == 0 &&
        number_parse(db_value(db, row, COLUMN_POSITION), 0, INT64_MAX, &position) == OUTCOME_OK)
        chunk->offset = position;
    chunk->stream = stream;
    chunk->at = db_value(db, row, COLUMN_AT);
    text_add_bytes(&chunk->bytes, db_value(db, row, COLUMN_BYTES), db_length(db, row, COLUMN_BYTES));
    give(chunk, utf8_unfinished(chunk->bytes.bytes, chunk->bytes.length));
}

/* A character cut at the end of a page moves to the next page, unless this page is the last. */
static void end_page(struct chunk *chunk, struct json_object *page, long long end)
{
    struct json_object *live;
    bool ends = chunk->offset + (long long)chunk->bytes.length >= end;

    json_object_object_get_ex(page, "live", &live);
    if (ends && !json_object_get_boolean(live))
        give(chunk, 0);
    json_object_object_del(page, "live");
    json_object_object_del(page, "end");
    json_object_object_add(page, "next", json_object_new_int64(chunk->offset));
    json_object_object_add(page, "more", json_object_new_boolean(!ends));
    json_object_object_add(page, "chunks", chunk->list);
}

void run_output_page(const struct db *db, struct text *json)
{
    struct json_object *page = json_tokener_parse(db_value(db, 0, COLUMN_BYTES)), *end, *offset;
    struct chunk chunk = {.list = json_object_new_array(), .bytes = TEXT_EMPTY};

    json_object_object_get_ex(page, "end", &end);
    json_object_object_get_ex(page, "offset", &offset);
    chunk.offset = json_object_get_int64(offset);
    for (int row = 1; row < db_rows(db); row++)
        take_row(&chunk, db, row);
    end_page(&chunk, page, json_object_get_int64(end));
    text_add(json, json_object_to_json_string_ext(page, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    text_free(&chunk.bytes);
    json_object_put(page);
}

static void lower(char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] >= 'A' && bytes[i] <= 'Z')
            bytes[i] = (char)(bytes[i] - 'A' + 'a');
}

/* The first place, or the last; -1 when there is none. */
static long long find(const struct text *bytes, const struct text *wanted, bool last)
{
    const char *at = text_string(bytes), *end = at + bytes->length, *found = NULL;

    while ((at = memmem(at, (size_t)(end - at), wanted->bytes, wanted->length))) {
        found = at++;
        if (!last)
            break;
    }
    return found ? found - bytes->bytes : -1;
}

static void tell_place(const struct output_search *search, long long start, size_t seen, long long total,
                       long long place, struct text *json)
{
    long long length = (long long)strlen(search->text), end = start + (long long)seen;
    bool whole = search->backward ? start == 0 : end >= total;
    long long next = search->backward ? start : whole || end - length < start ? end : end - length + 1;

    if (place >= 0)
        text_add_format(json, "{\"offset\":%lld,\"next\":%lld,", start + place, start + place + !search->backward);
    else
        text_add_format(json, "{\"offset\":null,\"next\":%lld,", next);
    text_add_format(json, "\"more\":%s,\"bytes\":%lld}", place < 0 && !whole ? "true" : "false", total);
}

enum outcome run_output_search(struct db *db, const char *run, const struct output_search *search, struct text *json)
{
    long long back = search->from > STRETCH_BYTES ? search->from - STRETCH_BYTES : 0, total = 0;
    long long start = search->backward ? back : search->from;
    long long stop =
        search->backward ? search->from + (long long)strlen(search->text) - 1 : search->from + STRETCH_BYTES;
    char from[NUMBER_TEXT_SIZE], to[NUMBER_TEXT_SIZE];
    struct text bytes = TEXT_EMPTY, wanted = TEXT_EMPTY;

    number_text(start, from);
    number_text(stop, to);
    db_queue_bytes(db, &query_run_output_stretch, DB_VALUES(run, from, to), NULL);
    enum outcome outcome = db_run(db);
    if (outcome == OUTCOME_OK)
        outcome = number_parse(db_value(db, 0, 1), 0, INT64_MAX, &total);
    if (outcome == OUTCOME_OK) {
        text_add_bytes(&bytes, db_value(db, 0, 0), db_length(db, 0, 0));
        text_add(&wanted, search->text);
        lower(bytes.bytes, bytes.length);
        lower(wanted.bytes, wanted.length);
        tell_place(search, start, bytes.length, total, find(&bytes, &wanted, search->backward), json);
    }
    text_free(&bytes);
    text_free(&wanted);
    return outcome;
}
