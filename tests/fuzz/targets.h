/* What is fuzzed: each takes any bytes and ends the process when something holds that must not. "make fuzz" lets
 * libFuzzer look for such bytes; the unit tests try the seeds and some thousand changes of each. */
#ifndef COAGENT_FUZZ_TARGETS_H
#define COAGENT_FUZZ_TARGETS_H

#include <stddef.h>

/* A request as HTTP writes it, "POST /api/rooms?x=1", headers, an empty line, the body: through the whole router,
 * without a database. */
void fuzz_request(const char *bytes, size_t length);

/* The number of a route in its table order, a line with a query, and a body: checked by the tables of that route. */
void fuzz_input(const char *bytes, size_t length);

/* The stream of a model: read whole and in pieces as long as the first byte says, which must give the same. */
void fuzz_stream(const char *bytes, size_t length);

/* Two secrets, a line each, then output: masked whole and in pieces as the first byte says, which must give the same
 * and show none of them. */
void fuzz_mask(const char *bytes, size_t length);

/* A JSON Schema and a value, a line each, in both dialects: errors have bounds, defaults are filled only once. */
void fuzz_schema(const char *bytes, size_t length);

/* A regular expression, then a text: a group around the expression changes nothing. */
void fuzz_pattern(const char *bytes, size_t length);

/* A message of a room: the words of "/run", put in quotation marks, are the same words. */
void fuzz_command(const char *bytes, size_t length);

/* The Markdown of a message: each run of the mentions is one, and stands there once. */
void fuzz_markup(const char *bytes, size_t length);

/* An archive of the folder of a script: what is read is within the limits, and reads the same once more. */
void fuzz_zip(const char *bytes, size_t length);

/* A file of settings. */
void fuzz_settings(const char *bytes, size_t length);

#endif
