#include "cron/script/kept.h"

#include "base/clock.h"
#include "base/number.h"
#include "queries.h"

#include <stdlib.h>

#define BYTES_MOST ((size_t)16 * 1024 * 1024)
#define MS_MOST 1000

static void grow(struct kept *kept)
{
    kept->capacity = kept->capacity ? kept->capacity * 2 : 64;
    kept->pieces = realloc(kept->pieces, kept->capacity * sizeof *kept->pieces);
    if (!kept->pieces)
        abort();
}

void kept_add(struct kept *kept, const struct execution *execution, const struct kept_piece *piece, const char *bytes)
{
    if (kept->count == 0) {
        kept->since = clock_monotonic_ms();
        kept->connects = execution->connects;
    }
    if (kept->count == kept->capacity)
        grow(kept);
    kept->pieces[kept->count++] = *piece;
    text_add_bytes(&kept->bytes, bytes, piece->length);
}

bool kept_has_room(const struct kept *kept, size_t length)
{
    return kept->bytes.length + length <= BYTES_MOST &&
           (kept->count == 0 || clock_monotonic_ms() - kept->since < MS_MOST);
}

bool kept_is_doubtful(const struct kept *kept, const struct execution *execution)
{
    return kept->count > 0 && kept->connects != execution->connects;
}

void kept_queue(const struct kept *kept, const struct execution *execution, struct db *db)
{
    const char *bytes = kept->bytes.bytes;
    char position[NUMBER_TEXT_SIZE];

    for (size_t i = 0; i < kept->count; i++) {
        number_text(kept->pieces[i].position, position);
        db_queue_bytes(db, &query_run_output_add,
                       DB_VALUES(execution->id, execution->fence, position, kept->pieces[i].stream, bytes, "f"),
                       (const size_t[]){0, 0, 0, 0, kept->pieces[i].length, 0});
        bytes += kept->pieces[i].length;
    }
}

void kept_clear(struct kept *kept)
{
    kept->count = 0;
    text_clear(&kept->bytes);
}

void kept_free(struct kept *kept)
{
    text_free(&kept->bytes);
    free(kept->pieces);
}
