#include "base/characters.h"
#include "base/json.h"
#include "pattern/pattern.h"
#include "schema/check.h"
#include "schema/format.h"
#include "schema/types.h"

#define LIST_SHOWN_MOST 200

/* A value as people know it: a text without quotation marks. */
static void add_shown(struct text *shown, struct json_object *value)
{
    text_add(shown, json_object_is_type(value, json_type_string)
                        ? json_object_get_string(value)
                        : json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
}

static bool is_one_of(struct check *check, struct json_object *values, struct json_object *value)
{
    for (size_t i = 0; i < json_object_array_length(values); i++)
        if (values_equal(json_object_array_get_idx(values, i), value, &check->work))
            return true;
    return false;
}

static void refuse_unlisted(struct check *check, struct json_object *values)
{
    struct text list = TEXT_EMPTY, shown = TEXT_EMPTY;

    for (size_t i = 0; i < json_object_array_length(values); i++) {
        text_add(&list, i > 0 ? ", " : "");
        add_shown(&list, json_object_array_get_idx(values, i));
    }
    text_add_characters(&shown, text_string(&list), LIST_SHOWN_MOST);
    check_refuse(check, "Must be one of: %s.", text_string(&shown));
    text_free(&shown);
    text_free(&list);
}

static void refuse_other(struct check *check, struct json_object *wanted)
{
    struct text whole = TEXT_EMPTY, shown = TEXT_EMPTY;

    add_shown(&whole, wanted);
    text_add_characters(&shown, text_string(&whole), LIST_SHOWN_MOST);
    check_refuse(check, "Must be %s.", text_string(&shown));
    text_free(&shown);
    text_free(&whole);
}

void check_listed(struct check *check, struct json_object *schema, struct json_object *value)
{
    struct json_object *values = json_member(schema, "enum"), *wanted = NULL;

    if (json_object_is_type(values, json_type_array) && !is_one_of(check, values, value))
        refuse_unlisted(check, values);
    else if (json_object_object_get_ex(schema, "const", &wanted) && !values_equal(wanted, value, &check->work))
        refuse_other(check, wanted);
}

static void check_pattern(struct check *check, const char *source, const char *text)
{
    struct pattern *pattern = NULL;
    struct text why = TEXT_EMPTY;
    enum outcome outcome = OUTCOME_LIMITED;

    if (check_spend(check, WORK_PATTERN))
        outcome = pattern_compile(source, &pattern, &why);
    if (outcome == OUTCOME_OK)
        outcome = pattern_matches(pattern, text, &check->work);
    if (outcome == OUTCOME_LIMITED)
        check->exhausted = true;
    else if (outcome == OUTCOME_INVALID) /* of a schema that was stored before patterns were read as they are now */
        check_refuse(check, "Cannot be checked: the pattern %s %s.", source, text_string(&why));
    else if (outcome != OUTCOME_OK)
        check_refuse(check, "Must match the pattern %s.", source);
    pattern_free(pattern);
    text_free(&why);
}

/* One sentence, as people mend one thing at a time. */
void check_text(struct check *check, struct json_object *schema, const char *text)
{
    long long length = (long long)utf8_length(text);
    long long otherwise = check->dialect == SCHEMA_PARAMETERS ? TYPE_TEXT_MOST : length;
    long long least = type_count(json_member(schema, "minLength"), 0);
    long long most = type_count(json_member(schema, "maxLength"), otherwise);
    const char *format = json_text(schema, "format"), *pattern = json_text(schema, "pattern");
    const char *fault = format ? format_fault(format, text) : NULL;

    if (length < least)
        check_refuse_count(check, "at least", least, "character", "characters");
    else if (length > most)
        check_refuse_count(check, "at most", most, "character", "characters");
    else if (fault)
        check_refuse(check, "%s", fault);
    else if (pattern)
        check_pattern(check, pattern, text);
}

void check_number(struct check *check, struct json_object *schema, struct json_object *value)
{
    static const struct {
        const char *keyword;
        int wrong_sign; /* of the value minus the bound */
        bool exclusive;
        const char *words;
    } bounds[] = {
        {"minimum", -1, false, "at least"},
        {"maximum", 1, false, "at most"},
        {"exclusiveMinimum", -1, true, "more than"},
        {"exclusiveMaximum", 1, true, "less than"},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct json_object *bound = json_member(schema, bounds[i].keyword);
        if (!bound || !type_fits("number", bound))
            continue;
        long double value_number = type_number(value), bound_number = type_number(bound);
        int sign = value_number < bound_number ? -1 : value_number > bound_number ? 1 : 0;
        if (sign == bounds[i].wrong_sign || (sign == 0 && bounds[i].exclusive)) {
            check_refuse(check, "Must be %s %s.", bounds[i].words, json_object_get_string(bound));
            return;
        }
    }
}
