/* The last line that a script wrote to stderr, for the reason of its run: what a person looks for first when it failed.
 */
#ifndef COAGENT_SCRIPT_LAST_LINE_H
#define COAGENT_SCRIPT_LAST_LINE_H

#include "base/text.h"

#include <stddef.h>

#define LAST_LINE_BYTES 300 /* of a longer line its beginning is kept */

/* Starts as {}. Lines without a letter or digit, indented lines (of a stack trace) and node's own last line, its
 * version, do not count. A carriage return begins the line anew, as on a terminal. */
struct last_line {
    struct text current;
    struct text last;
};

/* Takes the next bytes of the stream. */
void last_line_feed(struct last_line *line, const char *bytes, size_t length);

/* The line so far: valid UTF-8 without control characters, "" for none. Owned by line. */
const char *last_line_text(struct last_line *line);

void last_line_free(struct last_line *line);

#endif
