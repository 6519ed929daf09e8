/* Times. Wall-clock instants are milliseconds since 1970-01-01T00:00:00Z. */
#ifndef COAGENT_CLOCK_H
#define COAGENT_CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_SIZE 32

int64_t clock_now_ms(void);       /* wall clock */
int64_t clock_monotonic_ms(void); /* for durations */

/* RFC 3339 in UTC with milliseconds, "2026-11-20T15:04:05.678Z", for the years 0 to 9999. Returns buffer. */
char *clock_format(int64_t ms, char buffer[CLOCK_TEXT_SIZE]);

#endif
