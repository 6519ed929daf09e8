/* The output of a run: read in pages by programs, in pieces by downloads, and searched. All of it is visible as the run
 * is: ABSENT when it is not. */
#ifndef COAGENT_RUN_OUTPUT_H
#define COAGENT_RUN_OUTPUT_H

#include "db/db.h"

#include <stdbool.h>

/* Reads from a byte offset, or the last bytes (one of offset and last is NULL), at most limit bytes. */
enum outcome run_output_read(struct db *db, const char *run, const char *offset, const char *last, const char *limit);

/* The page that was read, as its JSON document: chunks of valid UTF-8 that split no character, each with its offset,
 * stream and time, and "next", where to go on. */
void run_output_page(const struct db *db, struct text *json);

/* How many bytes there are: the first value. */
enum outcome run_output_size(struct db *db, const char *run);

/* The bytes from an offset on, at most 1 MiB: the first value, by db_length, and "" at the end. */
enum outcome run_output_piece(struct db *db, const char *run, long long offset);

struct output_search {
    const char *text; /* not empty; letters of ASCII in either case */
    long long from;   /* the first byte at which it may begin; backward: the one after the last */
    bool backward;    /* the last place before from, instead of the first */
};

/* Looks for it in the next 4 MiB. json: "offset", where it is, or null; "next", where to go on; "more", whether there
 * is more to look at; "bytes" of the whole output. Without the lock-step of pages, so the text may be in several
 * chunks. */
enum outcome run_output_search(struct db *db, const char *run, const struct output_search *search, struct text *json);

#endif
