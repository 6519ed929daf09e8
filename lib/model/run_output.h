/* What a run wrote, and what it left in files: read in pages for programs, in pieces for downloads. All of it is
 * visible as the run is: ABSENT when it is not. */
#ifndef COAGENT_RUN_OUTPUT_H
#define COAGENT_RUN_OUTPUT_H

#include "base/db.h"

/* Reads from a byte offset, or the last bytes (one of offset and last is NULL), at most limit bytes. */
enum outcome run_output_read(struct db *db, const char *run, const char *offset, const char *last, const char *limit);

/* The page that was read, as its JSON document: chunks of valid UTF-8 that split no character, each with its offset,
 * stream and time, and "next", where to go on. */
void run_output_page(const struct db *db, struct text *json);

/* How many bytes there are: the first value. */
enum outcome run_output_size(struct db *db, const char *run);

/* The bytes from an offset on, at most 1 MiB: the first value, by db_length, and "" at the end. */
enum outcome run_output_piece(struct db *db, const char *run, long long offset);

#endif
