/* Hiding secrets in what a run writes, before anything of it is stored or published. Pure.
 *
 * Every byte that belongs to an occurrence of a secret is hidden, however occurrences overlap and however the stream is
 * cut into pieces; each stretch of hidden bytes becomes one MASK_SHOWN. What may still become a secret is held back
 * until it is decided; nothing else is ever held, so that a prompt without a line end is seen at once. */
#ifndef COAGENT_MASK_H
#define COAGENT_MASK_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define MASK_SHOWN "••••"
#define MASK_LEAST 4 /* bytes: anything shorter would hide half of the output and is no secret anyway */

/* The values to hide. Filled, then closed, then used by any number of streams. */
struct mask;

struct mask *mask_new(void);

/* Bytes to hide as they are; shorter than MASK_LEAST are passed over. */
void mask_add(struct mask *mask, const void *bytes, size_t length);

/* A secret in all the forms in which it commonly shows: as it is, each of its lines, in base64 (also as a part of
 * something longer, and in lines of 64 or 76), percent-encoded, and as within a JSON string. */
void mask_add_secret(struct mask *mask, const char *secret);

void mask_close(struct mask *mask);

/* Wipes what it knows. NULL is fine. */
void mask_free(struct mask *mask);

/* One stream of bytes; begins as {mask}. */
struct mask_stream {
    const struct mask *mask;
    struct text held; /* not decided yet */
    size_t covered;   /* so many bytes of it belong to an occurrence already */
    bool inside;      /* the last byte before it was hidden */
};

/* Adds to shown what can be shown after these bytes came. */
void mask_feed(struct mask_stream *stream, const char *bytes, size_t length, struct text *shown);

/* The stream is at its end: what was held is shown, since it was no secret after all. */
void mask_end(struct mask_stream *stream, struct text *shown);

void mask_stream_free(struct mask_stream *stream);

/* The whole of something at once. */
void mask_text(const struct mask *mask, const char *bytes, size_t length, struct text *shown);

#endif
