#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
    return now_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return now_ms(CLOCK_MONOTONIC);
}

char *clock_format(int64_t ms, char buffer[CLOCK_TEXT_SIZE])
{
    int64_t rest = ms % 1000;
    if (rest < 0) /* before 1970 the remainder is negative; the fraction never is */
        rest += 1000;
    time_t seconds = (time_t)((ms - rest) / 1000);
    struct tm utc = {0};
    gmtime_r(&seconds, &utc);
    size_t length = strftime(buffer, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(buffer + length, CLOCK_TEXT_SIZE - length, ".%03dZ", (int)rest);
    return buffer;
}
