/* Integers in text: the one way to read them, and the one to write them that wakes nothing of printf. */
#ifndef COAGENT_NUMBER_H
#define COAGENT_NUMBER_H

#include "outcome.h"

/* Decimal digits with an optional minus, nothing else around; INVALID when malformed or outside [least, most]. */
enum outcome number_parse(const char *string, long long least, long long most, long long *number);

/* The number in decimal digits. Returns buffer. */
#define NUMBER_TEXT_SIZE 24
char *number_text(long long number, char buffer[NUMBER_TEXT_SIZE]);

/* What a noun after the number ends in: "s", or nothing after 1. */
const char *number_plural(long long number);

/* Whether string is a UUID in canonical form (8-4-4-4-12 lower- or upper-case hex digits). */
int uuid_is_valid(const char *string);

/* The hexadecimal digits of a UUID without its dashes. Returns digits. */
#define UUID_DIGITS_SIZE 33
char *uuid_digits(const char *uuid, char digits[UUID_DIGITS_SIZE]);

#endif
