#include "base/clock.h"

#include <time.h>

#define DAY_SECONDS 86400

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

static char *add_digits(int64_t number, int digits, char *at)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

/* The proleptic Gregorian calendar in eras of 400 years that begin in March, so that the leap day is a year's last
 * (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). Days are counted from 1970-01-01. */
static char *add_date(int64_t days, char *at)
{
    days += 719468; /* from 0000-03-01 */
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day = days - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153; /* March is 0 */
    at = add_digits(year + era * 400 + (month >= 10), 4, at);
    *at++ = '-';
    at = add_digits(month < 10 ? month + 3 : month - 9, 2, at);
    *at++ = '-';
    return add_digits(day - (153 * month + 2) / 5 + 1, 2, at);
}

/* By hand: gmtime, strftime and snprintf are pages of the C library that a handler's process would enter for nothing
 * else, and each costs it a page fault. */
char *clock_format(int64_t ms, char buffer[CLOCK_TEXT_SIZE])
{
    int64_t rest = ms % 1000;
    if (rest < 0) /* before 1970 the remainder is negative; the fraction never is */
        rest += 1000;
    int64_t seconds = (ms - rest) / 1000, second = seconds % DAY_SECONDS;
    if (second < 0)
        second += DAY_SECONDS;
    char *at = add_date((seconds - second) / DAY_SECONDS, buffer);
    *at++ = 'T';
    at = add_digits(second / 3600, 2, at);
    *at++ = ':';
    at = add_digits(second / 60 % 60, 2, at);
    *at++ = ':';
    at = add_digits(second % 60, 2, at);
    *at++ = '.';
    at = add_digits(rest, 3, at);
    *at++ = 'Z';
    *at = '\0';
    return buffer;
}
