#include "base/clock.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

static void expect(int64_t ms, const char *text)
{
    char buffer[CLOCK_TEXT_SIZE];
    cr_expect_str_eq(clock_format(ms, buffer), text);
}

Test(clock, formats_rfc_3339_in_utc_with_milliseconds)
{
    expect(0, "1970-01-01T00:00:00.000Z");
    expect(1, "1970-01-01T00:00:00.001Z");
    expect(-1, "1969-12-31T23:59:59.999Z");
    expect(-1000, "1969-12-31T23:59:59.000Z");
    expect(951782400000, "2000-02-29T00:00:00.000Z");
    expect(1795187045678, "2026-11-20T15:04:05.678Z");
    expect(253402300799999, "9999-12-31T23:59:59.999Z");
}

Test(clock, ignores_the_local_time_zone)
{
    setenv("TZ", "America/New_York", 1);
    tzset();
    expect(1795187045678, "2026-11-20T15:04:05.678Z");
}

Test(clock, tells_the_time_of_the_system_and_never_goes_back)
{
    int64_t wall = clock_now_ms();
    cr_assert_leq(wall - (int64_t)time(NULL) * 1000, 1100);
    int64_t before = clock_monotonic_ms();
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic_ms();
        cr_assert_geq(now, before);
        before = now;
    }
}

Test(clock, knows_the_calendar_of_the_c_library)
{
    char expected[CLOCK_TEXT_SIZE];
    for (int64_t day = -354285; day <= 2932896; day += 13) { /* the years 1000 to 9999 */
        time_t seconds = (time_t)(day * 86400 + (day & 0xffff));
        struct tm utc;
        gmtime_r(&seconds, &utc);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.007Z", &utc);
        expect((int64_t)seconds * 1000 + 7, expected);
    }
}
