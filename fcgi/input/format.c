#include "fcgi/input/format.h"

#include "base/number.h"

#include <ctype.h>
#include <string.h>

#define EMAIL_MOST 254 /* bytes, RFC 5321 */
#define LOCAL_MOST 64

/* C0, DEL, and C1, whose two bytes are C2 80 to C2 9F. */
static bool has_control(const char *string, const char *except)
{
    const unsigned char *at = (const unsigned char *)string;
    for (; *at; at++) {
        if ((*at < 0x20 && !strchr(except, *at)) || *at == 0x7f)
            return true;
        if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
            return true;
    }
    return false;
}

bool format_is_text(const char *string)
{
    return !has_control(string, "\t\n\r");
}

bool format_is_line(const char *string)
{
    return !has_control(string, "");
}

/* Labels of letters of any script, digits, and hyphens inside, separated by single dots. */
static bool is_domain(const char *domain)
{
    char before = '.';
    for (; *domain; before = *domain++) {
        unsigned char c = (unsigned char)*domain;
        bool begins = before == '.';
        bool ends = domain[1] == '\0' || domain[1] == '.';
        if (c == '.' ? begins || domain[1] == '\0' : !isalnum(c) && c != '-' && c < 0x80)
            return false;
        if (c == '-' && (begins || ends))
            return false;
    }
    return before != '.';
}

bool format_is_email(const char *string)
{
    const char *at = strrchr(string, '@');
    if (!at || at == string || at - string > LOCAL_MOST || strlen(string) > EMAIL_MOST || has_control(string, ""))
        return false;
    size_t local = (size_t)(at - string);
    if (strcspn(string, " \"(),:;<>@[\\]") < local || string[0] == '.' || at[-1] == '.' || strstr(string, ".."))
        return false;
    return is_domain(at + 1);
}

bool format_is_uuid(const char *string)
{
    return uuid_is_valid(string) != 0;
}

bool format_is_choice(const char *string, const char *choices)
{
    size_t length = strlen(string);
    if (length == 0 || strchr(string, '|'))
        return false;
    for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strncmp(at, string, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    return false;
}

/* Reads count digits; -1 when there are other characters. */
static int digits(const char **at, int count)
{
    int number = 0;
    for (; count > 0; count--, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return -1;
        number = number * 10 + (**at - '0');
    }
    return number;
}

static bool skip(const char **at, const char *accepted)
{
    if (**at == '\0' || !strchr(accepted, **at))
        return false;
    (*at)++;
    return true;
}

static bool is_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool skip_offset(const char **at)
{
    if (skip(at, "Zz"))
        return true;
    if (!skip(at, "+-"))
        return false;
    int hours = digits(at, 2);
    if (hours < 0 || hours > 23 || !skip(at, ":"))
        return false;
    int minutes = digits(at, 2);
    return minutes >= 0 && minutes <= 59;
}

static bool skip_clock(const char **at)
{
    int hour = digits(at, 2);
    if (hour < 0 || hour > 23 || !skip(at, ":"))
        return false;
    int minute = digits(at, 2);
    if (minute < 0 || minute > 59 || !skip(at, ":"))
        return false;
    int second = digits(at, 2);
    if (second < 0 || second > 59)
        return false;
    if (!skip(at, "."))
        return true;
    size_t fraction = strspn(*at, "0123456789");
    *at += fraction;
    return fraction >= 1 && fraction <= 9;
}

bool format_is_time(const char *string)
{
    const char *at = string;
    int year = digits(&at, 4);
    if (year < 0 || !skip(&at, "-"))
        return false;
    int month = digits(&at, 2);
    if (month < 0 || !skip(&at, "-"))
        return false;
    int day = digits(&at, 2);
    return is_day(year, month, day) && skip(&at, "Tt") && skip_clock(&at) && skip_offset(&at) && *at == '\0';
}
