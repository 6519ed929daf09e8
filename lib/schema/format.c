#include "schema/format.h"

#include "base/characters.h"
#include "base/number.h"

#include <string.h>

static bool has_space(const char *text)
{
    uint32_t character;

    while ((character = character_next(&text)) != 0)
        if (character_is_space(character))
            return true;
    return false;
}

static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');

    return at && at != text && at[1] && !strchr(at + 1, '@') && !has_space(text);
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_uri(const char *text)
{
    const char *at = text;

    while (is_letter(*at) || (at != text && (is_digit(*at) || (*at && strchr("+.-", *at)))))
        at++;
    return at != text && at[0] == ':' && at[1] && !has_space(at + 1);
}

/* Reads digits and what ends them, 0 standing for digits only. The number, or -1. */
static int read_part(const char **at, int digits, const char *ends)
{
    int number = 0;

    for (int i = 0; i < digits; i++) {
        if (!is_digit(**at))
            return -1;
        number = number * 10 + (*(*at)++ - '0');
    }
    if (!*ends)
        return number;
    return **at && strchr(ends, *(*at)++) ? number : -1;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool read_date(const char **at)
{
    int year = read_part(at, 4, "-");
    int month = year > 0 ? read_part(at, 2, "-") : -1;
    int day = month >= 1 && month <= 12 ? read_part(at, 2, "") : -1;

    return day >= 1 && day <= days_of(year, month);
}

static bool is_date(const char *text)
{
    return read_date(&text) && *text == '\0';
}

/* Z or +01:00, and nothing after it. */
static bool is_offset(const char *at)
{
    if (*at == 'Z' || *at == 'z')
        return at[1] == '\0';
    if (*at != '+' && *at != '-')
        return false;
    at++;
    int hour = read_part(&at, 2, ":");
    int minute = hour >= 0 && hour <= 23 ? read_part(&at, 2, "") : -1;
    return minute >= 0 && minute <= 59 && *at == '\0';
}

/* RFC 3339: 2026-11-20T12:00:00Z, with fractions of a second and a leap second. */
static bool is_date_time(const char *text)
{
    if (!read_date(&text) || !*text || !strchr("Tt ", *text))
        return false;
    text++;
    int hour = read_part(&text, 2, ":");
    int minute = hour >= 0 && hour <= 23 ? read_part(&text, 2, ":") : -1;
    int second = minute >= 0 && minute <= 59 ? read_part(&text, 2, "") : -1;
    if (second < 0 || second > 60)
        return false;
    if (*text == '.' && is_digit(text[1]))
        text += 1 + strspn(text + 1, "0123456789");
    return is_offset(text);
}

static bool is_uuid(const char *text)
{
    return uuid_is_valid(text) != 0;
}

const char *format_fault(const char *format, const char *text)
{
    static const struct {
        const char *name;
        bool (*fits)(const char *text);
        const char *sentence;
    } formats[] = {
        {"email", is_email, "Must be an email address."},
        {"uri", is_uri, "Must be a URL such as https://example.com/."},
        {"date", is_date, "Must be a date such as 2026-11-20."},
        {"date-time", is_date_time, "Must be a time such as 2026-11-20T12:00:00Z."},
        {"uuid", is_uuid, "Must be a UUID."},
    };

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, format) == 0)
            return formats[i].fits(text) ? NULL : formats[i].sentence;
    return NULL;
}
