/* The one way to read an integer from text. */
#ifndef COAGENT_NUMBER_H
#define COAGENT_NUMBER_H

#include "outcome.h"

/* Decimal digits with an optional minus, nothing else around; INVALID when malformed or outside [least, most]. */
enum outcome number_parse(const char *string, long long least, long long most, long long *number);

/* Whether string is a UUID in canonical form (8-4-4-4-12 lower- or upper-case hex digits). */
int uuid_is_valid(const char *string);

#endif
