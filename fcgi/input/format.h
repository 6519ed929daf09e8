/* Formats of single values. Strings are valid UTF-8. */
#ifndef COAGENT_FORMAT_H
#define COAGENT_FORMAT_H

#include <stdbool.h>

bool format_is_text(const char *string); /* no control characters but tab and line breaks */
bool format_is_line(const char *string); /* no control characters at all */
bool format_is_email(const char *string);
bool format_is_uuid(const char *string);
bool format_is_time(const char *string);                        /* RFC 3339, an existing date, a UTC offset */
bool format_is_choice(const char *string, const char *choices); /* one of "a|b|c" */

#endif
