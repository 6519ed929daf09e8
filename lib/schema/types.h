/* The types of JSON Schema, and values that are equal. For lib/schema only. */
#ifndef COAGENT_SCHEMA_TYPES_H
#define COAGENT_SCHEMA_TYPES_H

#include "base/text.h"

#include <json-c/json.h>
#include <stdbool.h>

#define WHOLE_MOST 9007199254740991.0L /* what every reader of JSON holds exactly (RFC 7493) */

#define TYPE_LIST_MOST 200   /* entries of a list in the dialect PARAMETERS */
#define TYPE_TEXT_MOST 16000 /* characters of a text in the dialect PARAMETERS, whose rule says no less */

/* Whether there is such a type. */
bool type_is_known(const char *type);

/* Whether a value has this type. 5.0 is an integer, what is beyond WHOLE_MOST is none. */
bool type_fits(const char *type, struct json_object *value);

/* The name of a value of the type in a sentence: "a string". Static storage. */
const char *type_words(const char *type);

/* The number of a value, which is one. Holds every number that json_parse lets in. */
long double type_number(struct json_object *value);

/* A value that is a whole number, not negative, as keywords count with; what else it is gives the fallback. */
long long type_count(struct json_object *value, long long fallback);

/* Whether two values are equal as JSON Schema has it, so 1 and 1.0 are. *work goes down by what was compared; when it
 * does not suffice, they count as different. */
bool values_equal(struct json_object *one, struct json_object *other, long *work);

#endif
