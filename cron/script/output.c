#include "cron/script/output.h"

#include "base/clock.h"
#include "base/number.h"
#include "base/repair.h"
#include "queries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (256 * 1024)
#define BATCH_BYTES (1024 * 1024) /* a batch as large as this does not wait */
#define WAITING_BYTES (4 * BATCH_BYTES)
#define LIVE_BYTES (64 * 1024) /* of text in one message */
#define LIVE_PIECES 8          /* more changes between the streams than this are not worth so many messages */
#define FIRST_MS 4
#define BATCH_MS 200
#define SILENCE_MS 2000
#define FLOOD 10

static const char *const names[] = {"stdout", "stderr", "note"};

void output_open(struct output *output, struct execution *execution, const struct mask *mask, int64_t most)
{
    long long before = execution->facts.output_bytes;

    memset(output, 0, sizeof *output);
    output->execution = execution;
    output->most = most;
    output->position = before;
    output->buffer = malloc(BUFFER_BYTES);
    if (!output->buffer)
        abort();
    for (int i = 0; i < OUTPUT_STREAMS; i++)
        output->streams[i].mask = mask;
    if (before > 0 && before <= most)
        output_note(output, "The runner crashed. The run starts again from here.");
}

void output_free(struct output *output)
{
    for (int i = 0; i < OUTPUT_STREAMS; i++)
        mask_stream_free(&output->streams[i]);
    text_free(&output->batch);
    kept_free(&output->kept);
    last_line_free(&output->last_error);
    free(output->buffer);
}

bool output_has_room(const struct output *output)
{
    return output->batch.length < WAITING_BYTES && output->piece_count < OUTPUT_PIECES - 2;
}

/* Whether the piece has to take more, since there is no room for another. */
static bool must_join(const struct output *output, enum output_stream stream)
{
    const struct output_piece *last = &output->pieces[output->piece_count - 1];
    bool of_script = stream != OUTPUT_NOTE && last->stream != OUTPUT_NOTE;

    return output->piece_count == OUTPUT_PIECES + OUTPUT_NOTES || (of_script && output->piece_count >= OUTPUT_PIECES);
}

/* The batch has grown from this length on by bytes of the stream. */
static void note_piece(struct output *output, enum output_stream stream, size_t from)
{
    size_t length = output->batch.length - from;
    struct output_piece *last = output->piece_count ? &output->pieces[output->piece_count - 1] : NULL;

    if (length == 0)
        return;
    if (output->begun_at == 0)
        output->begun_at = clock_monotonic_ms();
    output->mid_line = output->batch.bytes[output->batch.length - 1] != '\n';
    if (last && (last->stream == stream || must_join(output, stream)))
        last->length += length;
    else
        output->pieces[output->piece_count++] = (struct output_piece){stream, length};
}

/* On a line of its own, also where the streams are read as one text. */
void output_note(struct output *output, const char *sentence)
{
    size_t from = output->batch.length;

    text_add_format(&output->batch, "%s[%s]\n", output->mid_line ? "\n" : "", sentence);
    note_piece(output, OUTPUT_NOTE, from);
}

/* Nothing more is kept, for the sake of the limit or of the quota. */
static void note_end(struct output *output)
{
    char *note;

    output->truncated = true;
    if (output->execution->output_most < output->most)
        note = text_format("The storage of the user who started this run is full. The rest of the output is discarded; "
                           "the run continues.");
    else
        note = text_format("The output exceeds the limit of %lld MB. The rest is discarded; the run continues.",
                           (long long)(output->most / (1024 * 1024)));
    output_note(output, note);
    free(note);
}

/* Beyond the limit nothing is kept, and that is said once. */
static void truncate_batch(struct output *output, enum output_stream stream, size_t from)
{
    int64_t quota = output->execution->output_most;
    int64_t room = (quota < output->most ? quota : output->most) - output->position;

    if ((int64_t)output->batch.length <= room) {
        note_piece(output, stream, from);
        return;
    }
    output->batch.length = room > (int64_t)from ? (size_t)room : from;
    output->batch.bytes[output->batch.length] = '\0';
    note_piece(output, stream, from);
    note_end(output);
}

/* What a stream said, beyond the length that the batch had. */
static void hear(struct output *output, enum output_stream stream, size_t from)
{
    if (stream == OUTPUT_STDERR)
        last_line_feed(&output->last_error, text_string(&output->batch) + from, output->batch.length - from);
    truncate_batch(output, stream == OUTPUT_STDOUT ? output->stdout_as : stream, from);
}

bool output_read(struct output *output, enum output_stream stream, int fd)
{
    ssize_t length = read(fd, output->buffer, BUFFER_BYTES);
    size_t from = output->batch.length;

    if (length < 0)
        return errno == EAGAIN || errno == EINTR;
    output->seen += length;
    if (!output->truncated) {
        mask_feed(&output->streams[stream], output->buffer, (size_t)length, &output->batch);
        hear(output, stream, from);
    }
    return length > 0;
}

void output_end(struct output *output)
{
    for (int i = 0; i < OUTPUT_STREAMS && !output->truncated; i++) {
        size_t from = output->batch.length;

        mask_end(&output->streams[i], &output->batch);
        hear(output, (enum output_stream)i, from);
    }
}

bool output_is_flood(const struct output *output)
{
    return output->seen > output->most * FLOOD;
}

/* How much of the batch is to be stored now: the beginning of a character goes with the next one. */
static size_t ripe(const struct output *output)
{
    size_t last = output->piece_count ? output->pieces[output->piece_count - 1].length : 0;
    size_t held = utf8_unfinished(text_string(&output->batch), output->batch.length);

    return output->batch.length - (held < last ? held : 0);
}

static void queue_batch(struct output *output, struct db *db, size_t most)
{
    size_t at = 0;
    char position[NUMBER_TEXT_SIZE];

    for (size_t i = 0; i < output->piece_count && at < most; i++) {
        size_t length = output->pieces[i].length < most - at ? output->pieces[i].length : most - at;
        const struct execution *execution = output->execution;

        number_text(output->position + (int64_t)at, position);
        db_queue_bytes(db, &query_run_output_add,
                       DB_VALUES(execution->id, execution->fence, position, names[output->pieces[i].stream],
                                 output->batch.bytes + at, output->truncated ? "t" : "f"),
                       (const size_t[]){0, 0, 0, 0, length, 0});
        at += length;
    }
}

static bool send(struct output *output, const struct text *frame)
{
    char channel[CHANNEL_SIZE];
    struct push *push = &output->execution->push;

    push_renew(push);
    enum outcome outcome =
        publish(push, channel_name(channel, "run_", output->execution->id), frame->bytes, frame->length);

    if (outcome != OUTCOME_OK)
        output->silent_until = clock_monotonic_ms() + SILENCE_MS;
    return outcome == OUTCOME_OK;
}

static bool publish_piece(struct output *output, const struct output_piece *piece, size_t at, size_t length)
{
    struct text readable = TEXT_EMPTY;
    struct text frame = TEXT_EMPTY;
    char time[CLOCK_TEXT_SIZE];

    text_add_shown(&readable, output->batch.bytes + at, length);
    text_add_format(
        &frame, "{\"output\":{\"run\":\"%s\",\"offset\":%lld,\"bytes\":%zu,\"stream\":\"%s\",\"at\":\"%s\",\"text\":",
        output->execution->id, (long long)output->position + (long long)at, length, names[piece->stream],
        clock_format(clock_now_ms(), time));
    text_add_json(&frame, text_string(&readable));
    text_add(&frame, "}}");
    bool sent = send(output, &frame);

    text_free(&readable);
    text_free(&frame);
    return sent;
}

/* When there is more than anybody reads live, only that there is more; and that no more often than a batch is due. */
static void publish_length(struct output *output, size_t length, int64_t now)
{
    struct text frame = TEXT_EMPTY;

    if (now - output->told_at < BATCH_MS)
        return;
    output->told_at = now;
    text_add_format(&frame, "{\"output\":{\"run\":\"%s\",\"bytes_total\":%lld}}", output->execution->id,
                    (long long)output->position + (long long)length);
    send(output, &frame);
    text_free(&frame);
}

static void publish_batch(struct output *output, size_t most)
{
    int64_t now = clock_monotonic_ms();
    size_t at = 0;

    if (now < output->silent_until || most == 0)
        return;
    if (most > LIVE_BYTES || output->piece_count > LIVE_PIECES) {
        publish_length(output, most, now);
        return;
    }
    for (size_t i = 0; i < output->piece_count && at < most; i++) {
        size_t length = output->pieces[i].length < most - at ? output->pieces[i].length : most - at;

        if (!publish_piece(output, &output->pieces[i], at, length))
            return;
        at += length;
    }
}

static void keep(struct output *output, size_t most)
{
    size_t at = 0;

    for (size_t i = 0; i < output->piece_count && at < most; i++) {
        size_t length = output->pieces[i].length < most - at ? output->pieces[i].length : most - at;
        const struct kept_piece piece = {names[output->pieces[i].stream], output->position + (int64_t)at, length};

        kept_add(&output->kept, output->execution, &piece, output->batch.bytes + at);
        at += length;
    }
}

/* Stored output leaves the batch. */
static void drop(struct output *output, size_t length)
{
    size_t rest = output->batch.length - length;
    enum output_stream stream = output->piece_count ? output->pieces[output->piece_count - 1].stream : OUTPUT_STDOUT;

    output->position += (int64_t)length;
    output->stored_at = clock_monotonic_ms();
    output->begun_at = 0;
    if (rest)
        memmove(output->batch.bytes, output->batch.bytes + length, rest);
    output->batch.length = rest;
    output->piece_count = 0;
    if (rest)
        note_piece(output, stream, 0);
}

static int64_t due_at(const struct output *output)
{
    int64_t soon = output->begun_at + FIRST_MS;
    int64_t later = output->stored_at + BATCH_MS;

    return output->stored_at && later > soon ? later : soon;
}

int output_patience(const struct output *output)
{
    int64_t left;

    if (ripe(output) == 0 || !output->execution->db)
        return -1;
    left = due_at(output) - clock_monotonic_ms();
    return left > 0 ? (int)left : 0;
}

static bool is_due(const struct output *output, size_t length)
{
    return length > 0 && (output->batch.length >= BATCH_BYTES || output->piece_count >= OUTPUT_PIECES - 2 ||
                          clock_monotonic_ms() >= due_at(output));
}

/* Storing does not wait for the server's disk but once a second; what a crash of the server could cost is kept until
 * then. */
void output_tick(struct output *output)
{
    struct execution *execution = output->execution;
    bool again = kept_is_doubtful(&output->kept, execution);
    size_t length = ripe(output);
    bool loosely = !again && kept_has_room(&output->kept, length);
    enum outcome outcome;

    if (!execution->db || execution->state == EXECUTION_ORPHANED || !(again || is_due(output, length)))
        return;
    if (loosely)
        db_queue(execution->db, &query_run_loosely, DB_NO_VALUES);
    if (again)
        kept_queue(&output->kept, execution, execution->db);
    queue_batch(output, execution->db, length);
    outcome = execution_run(execution);
    if (outcome == OUTCOME_ABSENT) {
        execution->state = EXECUTION_ORPHANED;
    } else if (outcome == OUTCOME_OK) {
        if (loosely)
            keep(output, length);
        else
            kept_clear(&output->kept);
        publish_batch(output, length);
        drop(output, length);
    } else {
        output->stored_at = clock_monotonic_ms(); /* not again at once */
    }
}

void output_queue(struct output *output, struct db *db)
{
    if (kept_is_doubtful(&output->kept, output->execution))
        kept_queue(&output->kept, output->execution, db);
    queue_batch(output, db, output->batch.length);
}

void output_stored(struct output *output)
{
    publish_batch(output, output->batch.length);
    drop(output, output->batch.length);
}
