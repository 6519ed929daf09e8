#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum outcome number_parse(const char *string, long long least, long long most, long long *number)
{
    if (!string)
        return OUTCOME_INVALID;
    const char *digits = *string == '-' ? string + 1 : string;
    /* strtoll alone would take white space, a plus sign and garbage at the end. */
    if (!*digits || digits[strspn(digits, "0123456789")] != '\0')
        return OUTCOME_INVALID;
    errno = 0;
    long long value = strtoll(string, NULL, 10);
    if (errno || value < least || value > most)
        return OUTCOME_INVALID;
    *number = value;
    return OUTCOME_OK;
}

char *number_text(long long number, char buffer[NUMBER_TEXT_SIZE])
{
    char digits[NUMBER_TEXT_SIZE];
    size_t count = 0, length = 0;
    unsigned long long rest = number < 0 ? -(unsigned long long)number : (unsigned long long)number;
    do
        digits[count++] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        buffer[length++] = '-';
    while (count > 0)
        buffer[length++] = digits[--count];
    buffer[length] = '\0';
    return buffer;
}

const char *number_plural(long long number)
{
    return number == 1 ? "" : "s";
}

int uuid_is_valid(const char *string)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (!string || strlen(string) != sizeof shape - 1)
        return 0;
    for (size_t i = 0; shape[i]; i++) {
        if (shape[i] == '-' ? string[i] != '-' : !strchr("0123456789abcdefABCDEF", string[i]))
            return 0;
    }
    return 1;
}

char *uuid_digits(const char *uuid, char digits[UUID_DIGITS_SIZE])
{
    size_t length = 0;

    for (; *uuid && length < UUID_DIGITS_SIZE - 1; uuid++)
        if (*uuid != '-')
            digits[length++] = *uuid;
    digits[length] = '\0';
    return digits;
}
