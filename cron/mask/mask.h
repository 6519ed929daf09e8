/* Hiding secrets in what a run writes, before anything of it is stored or published. Pure.
 *
 * Every byte that belongs to an occurrence of a secret is hidden, however occurrences overlap and however the stream is
 * cut into pieces; each stretch of hidden bytes becomes one MASK_SHOWN. What may still become a secret is held back
 * until it is decided; nothing else is ever held, so that a prompt without a line end is seen at once. The time grows
 * with the stream, whatever the secrets are. */
#ifndef COAGENT_MASK_H
#define COAGENT_MASK_H

#include "base/text.h"
#include "cron/mask/automaton.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MASK_SHOWN "••••"
#define MASK_LEAST AUTOMATON_LEAST /* bytes: shorter values would hide half of the output and are no secrets anyway */
#define MASK_LEAST_PART 6          /* bytes of a line of a secret, and of base64 that is cut out of something longer */
#define MASK_MOST_KB 256           /* of all secrets of a run */

/* The values to hide. Filled, then closed, then used by any number of streams. */
struct mask;

struct mask *mask_new(void);

/* Bytes to hide as they are; shorter than MASK_LEAST are passed over. */
void mask_add(struct mask *mask, const void *bytes, size_t length);

/* Bytes of an encoding that breaks lines wherever they get too long: line ends within are hidden with them. Of what
 * stands before the first break, fewer than AUTOMATON_LEAST bytes may be shown: the end of no line waits for the next
 * because of a letter or three. */
void mask_add_wrapped(struct mask *mask, const void *bytes, size_t length);

/* A secret in all the forms of forms.c. */
void mask_add_secret(struct mask *mask, const char *secret);

/* Whether the secrets are at most MASK_MOST_KB together; those beyond are not hidden. */
bool mask_fits(const struct mask *mask);

void mask_close(struct mask *mask);

/* Wipes what it knows. NULL is fine. */
void mask_free(struct mask *mask);

/* A growing list of places or spans in what a stream holds. */
struct mask_list {
    size_t *items;
    size_t first; /* those before it are done with */
    size_t count, capacity;
};

/* One stream of bytes; begins as {mask}. The places are counted from the first byte that is held. */
struct mask_stream {
    const struct mask *mask;
    struct text held;
    size_t shown;            /* so many of these bytes are decided and shown; the others are not decided yet */
    bool inside;             /* the last byte before those was hidden */
    uint32_t plain, wrapped; /* states of the automata */
    size_t floor;            /* no wrapped secret begins before */
    struct mask_list breaks; /* the line ends */
    struct mask_list plain_spans, wrapped_spans; /* from, to; from, to; … in order */
};

/* Adds to shown what can be shown after these bytes came. */
void mask_feed(struct mask_stream *stream, const char *bytes, size_t length, struct text *shown);

/* The stream is at its end: what was held is shown, since it was no secret after all. */
void mask_end(struct mask_stream *stream, struct text *shown);

void mask_stream_free(struct mask_stream *stream);

/* The whole of something at once. */
void mask_text(const struct mask *mask, const char *bytes, size_t length, struct text *shown);

#endif
