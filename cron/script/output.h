/* The output of a script: read live, masked, stored in batches under the fence of the run, published live.
 *
 * Batches are at most 200 ms apart; the first goes after a few milliseconds, so that a short run costs one. Positions
 * are bytes of what is stored, of both streams together. While PostgreSQL is away a bounded part waits here, then the
 * command waits at its full pipe. What is beyond the limit is read and dropped; nothing of it is ever stored. */
#ifndef COAGENT_SCRIPT_OUTPUT_H
#define COAGENT_SCRIPT_OUTPUT_H

#include "cron/mask/mask.h"
#include "cron/run/execution.h"
#include "cron/script/kept.h"
#include "cron/script/last_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum output_stream { OUTPUT_STDOUT, OUTPUT_STDERR, OUTPUT_STREAMS, OUTPUT_NOTE = OUTPUT_STREAMS };

/* A stretch of the batch that is of one stream. */
struct output_piece {
    enum output_stream stream;
    size_t length;
};

#define OUTPUT_PIECES 256
#define OUTPUT_NOTES 32 /* more pieces, for notes: these are never joined with what a script wrote */

struct output {
    struct execution *execution;
    struct mask_stream streams[OUTPUT_STREAMS];
    struct text batch; /* masked, not stored yet */
    struct output_piece pieces[OUTPUT_PIECES + OUTPUT_NOTES];
    size_t piece_count;
    int64_t position; /* bytes that are stored */
    int64_t most;     /* bytes that may be stored */
    int64_t seen;     /* bytes that the command wrote */
    bool truncated;
    bool mid_line;    /* the last byte was no line end */
    int64_t begun_at; /* when the batch got its first byte; monotonic ms, as the following */
    int64_t stored_at;
    int64_t silent_until; /* after nchan did not answer */
    int64_t told_at;
    struct kept kept;
    struct last_line last_error;  /* of stderr, masked */
    enum output_stream stdout_as; /* the stream that stdout is stored as */
    char *buffer;                 /* to read into */
};

/* most: bytes to store, what earlier attempts wrote among them: it goes on behind that. mask must outlive it. */
void output_open(struct output *output, struct execution *execution, const struct mask *mask, int64_t most);
void output_free(struct output *output);

/* Whether there is room to read more: not while much waits for PostgreSQL. */
bool output_has_room(const struct output *output);

/* Reads what a pipe has now. false at its end. */
bool output_read(struct output *output, enum output_stream stream, int fd);

/* A line of our own, in the stream of notes: a script cannot write one. */
void output_note(struct output *output, const char *sentence);

/* Milliseconds until something is due, -1 for nothing. */
int output_patience(const struct output *output);

/* Stores and publishes what is due. */
void output_tick(struct output *output);

/* The streams are at their end: what was held back joins the batch. */
void output_end(struct output *output);

/* Adds what is left to the pipeline, for the same transaction as the end of the run; output_stored afterwards. */
void output_queue(struct output *output, struct db *db);
void output_stored(struct output *output);

/* Whether it wrote ten times as much as is stored. */
bool output_is_flood(const struct output *output);

#endif
