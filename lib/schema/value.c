#include "base/json.h"
#include "schema/check.h"
#include "schema/dialects.h"
#include "schema/errors.h"
#include "schema/types.h"

#include <string.h>

void check_refuse(struct check *check, const char *format, ...)
{
    struct text sentence = TEXT_EMPTY;
    va_list arguments;

    check->wrong = true;
    if (!check->errors)
        return;
    va_start(arguments, format);
    text_add_vformat(&sentence, format, arguments);
    va_end(arguments);
    errors_add(check->errors, text_string(&check->path), text_string(&sentence));
    text_free(&sentence);
}

void check_refuse_count(struct check *check, const char *bound, long long count, const char *one, const char *many)
{
    check_refuse(check, "Must have %s %lld %s.", bound, count, count == 1 ? one : many);
}

bool check_spend(struct check *check, long work)
{
    check->work -= work;
    if (check->work <= 0)
        check->exhausted = true;
    return !check->exhausted;
}

static void check_member(struct check *check, struct json_object *schema, const char *name, struct json_object *value)
{
    size_t outside = path_enter(&check->path, name);

    check_against(check, schema, value);
    path_leave(&check->path, outside);
}

static void refuse_member(struct check *check, const char *name, const char *sentence)
{
    size_t outside = path_enter(&check->path, name);

    check_refuse(check, "%s", sentence);
    path_leave(&check->path, outside);
}

static void check_required(struct check *check, struct json_object *names, struct json_object *object)
{
    size_t count = json_object_is_type(names, json_type_array) ? json_object_array_length(names) : 0;

    for (size_t i = 0; i < count && check_spend(check, 1); i++) {
        struct json_object *name = json_object_array_get_idx(names, i);
        if (json_object_is_type(name, json_type_string) &&
            !json_object_object_get_ex(object, json_object_get_string(name), NULL))
            refuse_member(check, json_object_get_string(name), "Is required.");
    }
}

static void check_object(struct check *check, struct json_object *schema, struct json_object *object)
{
    struct json_object *properties = json_member(schema, "properties");
    struct json_object *others = json_member(schema, "additionalProperties");
    bool closed = check->dialect == SCHEMA_PARAMETERS ||
                  (json_object_is_type(others, json_type_boolean) && !json_object_get_boolean(others));

    check_required(check, json_member(schema, "required"), object);
    json_object_object_foreach(object, name, value)
    {
        struct json_object *rule = json_member(properties, name);
        if (!check_spend(check, 1))
            return;
        if (rule)
            check_member(check, rule, name, value);
        else if (closed)
            refuse_member(check, name, "Is not a parameter of this script.");
        else if (others)
            check_member(check, others, name, value);
    }
}

static void check_unique(struct check *check, struct json_object *list)
{
    size_t count = json_object_array_length(list);

    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i && check_spend(check, 1); k++)
            if (values_equal(json_object_array_get_idx(list, i), json_object_array_get_idx(list, k), &check->work)) {
                check_refuse(check, "Must not contain duplicates.");
                return;
            }
}

/* Whether a list has as many entries as its schema allows; otherwise: the most where the schema does not say. */
static bool check_length(struct check *check, struct json_object *schema, size_t length, long long otherwise)
{
    long long count = (long long)length;
    long long least = type_count(json_member(schema, "minItems"), 0);
    long long most = type_count(json_member(schema, "maxItems"), otherwise);

    if (count < least)
        check_refuse_count(check, "at least", least, "entry", "entries");
    else if (count > most)
        check_refuse_count(check, "at most", most, "entry", "entries");
    return count >= least && count <= most;
}

static void check_list(struct check *check, struct json_object *schema, struct json_object *list)
{
    struct json_object *items = json_member(schema, "items");
    size_t count = json_object_array_length(list);

    if (check_length(check, schema, count, (long long)count) && json_flag(schema, "uniqueItems", false))
        check_unique(check, list);
    for (size_t i = 0; items && i < count && !check->exhausted; i++) {
        size_t outside = path_enter_index(&check->path, i);
        check_against(check, items, json_object_array_get_idx(list, i));
        path_leave(&check->path, outside);
    }
}

static void check_entry(struct check *check, struct json_object *schema, const char *type, struct json_object *entry)
{
    struct json_object *items = json_member(schema, "items");

    if (!type_fits(type, entry))
        check_refuse(check, "Must be %s.", type_words(type));
    else
        check_listed(check, schema, entry);
    if (!check->wrong)
        check_listed(check, items, entry);
    if (check->wrong)
        return;
    if (json_object_is_type(entry, json_type_string))
        check_text(check, items, json_object_get_string(entry));
    else
        check_number(check, items, entry);
}

/* A parameter that is a list: the enum of its rule, too, is about each entry, and it has one error as a whole. */
static void check_entries(struct check *check, struct json_object *schema, struct json_object *list)
{
    const char *type = json_text(json_member(schema, "items"), "type");
    size_t count = json_object_array_length(list);

    check_length(check, schema, count, TYPE_LIST_MOST);
    for (size_t i = 0; i < count && !check->wrong && check_spend(check, WORK_SCHEMA); i++)
        check_entry(check, schema, type ? type : "string", json_object_array_get_idx(list, i));
}

/* What a list is of, where its schema says so by a type; NULL: anything. */
static const char *entries_words(const struct check *check, struct json_object *schema)
{
    static const char *const words[][2] = {
        {"string", "strings"}, {"integer", "whole numbers"}, {"number", "numbers"}, {"boolean", "booleans"}};
    const char *type = json_text(json_member(schema, "items"), "type");

    if (!type && check->dialect == SCHEMA_PARAMETERS)
        type = "string";
    for (size_t i = 0; type && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], type) == 0)
            return words[i][1];
    return NULL;
}

static void refuse_type(struct check *check, struct json_object *schema, struct json_object *type)
{
    const char *entries = entries_words(check, schema);
    struct text words = TEXT_EMPTY;
    size_t count = json_object_is_type(type, json_type_array) ? json_object_array_length(type) : 1;

    for (size_t i = 0; i < count; i++) {
        struct json_object *one =
            json_object_is_type(type, json_type_array) ? json_object_array_get_idx(type, i) : type;
        const char *name = json_object_get_string(one);
        text_add(&words, i == 0 ? "" : i + 1 < count ? ", " : " or ");
        if (strcmp(name, "array") == 0 && entries)
            text_add_format(&words, "a list of %s", entries);
        else
            text_add(&words, type_words(name));
    }
    check_refuse(check, "Must be %s.", text_string(&words));
    text_free(&words);
}

static bool check_type(struct check *check, struct json_object *schema, struct json_object *value)
{
    struct json_object *type = json_member(schema, "type");
    bool fits = type == NULL;

    if (json_object_is_type(type, json_type_string))
        fits = type_fits(json_object_get_string(type), value);
    for (size_t i = 0; json_object_is_type(type, json_type_array) && i < json_object_array_length(type) && !fits; i++)
        fits = type_fits(json_object_get_string(json_object_array_get_idx(type, i)), value);
    if (!fits)
        refuse_type(check, schema, type);
    return fits;
}

/* How many of these schemas a value fits. Their errors are not told: which of them was meant is not known. */
static size_t count_fitting(struct check *check, struct json_object *schemas, struct json_object *value)
{
    struct json_object *errors = check->errors;
    bool wrong = check->wrong;
    size_t fitting = 0;

    check->errors = NULL;
    for (size_t i = 0; i < json_object_array_length(schemas) && !check->exhausted; i++) {
        check->wrong = false;
        check_against(check, json_object_array_get_idx(schemas, i), value);
        fitting += !check->wrong;
    }
    check->errors = errors;
    check->wrong = wrong;
    return fitting;
}

static void check_combined(struct check *check, struct json_object *schema, struct json_object *value)
{
    struct json_object *all = json_member(schema, "allOf");
    struct json_object *any = json_member(schema, "anyOf"), *one = json_member(schema, "oneOf");
    const char *reference = json_text(schema, "$ref");

    if (reference)
        check_against(check, reference_target(check->root, reference), value);
    for (size_t i = 0; json_object_is_type(all, json_type_array) && i < json_object_array_length(all); i++)
        check_against(check, json_object_array_get_idx(all, i), value);
    if (json_object_is_type(any, json_type_array) && count_fitting(check, any, value) == 0)
        check_refuse(check, "Must match one of the allowed forms.");
    if (json_object_is_type(one, json_type_array) && count_fitting(check, one, value) != 1)
        check_refuse(check, "Must match exactly one of the allowed forms.");
}

/* The checks of a value that has the right type. */
static void check_content(struct check *check, struct json_object *schema, struct json_object *value)
{
    bool wrong = check->wrong;

    check->wrong = false;
    if (check->dialect == SCHEMA_TOOL || !json_object_is_type(value, json_type_array))
        check_listed(check, schema, value);
    if (!check->wrong) {
        switch (json_object_get_type(value)) {
        case json_type_string: check_text(check, schema, json_object_get_string(value)); break;
        case json_type_int:
        case json_type_double: check_number(check, schema, value); break;
        case json_type_object: check_object(check, schema, value); break;
        case json_type_array:
            (check->dialect == SCHEMA_PARAMETERS ? check_entries : check_list)(check, schema, value);
            break;
        default: break;
        }
    }
    check->wrong = check->wrong || wrong;
}

void check_against(struct check *check, struct json_object *schema, struct json_object *value)
{
    if (json_object_is_type(schema, json_type_boolean)) {
        if (!json_object_get_boolean(schema))
            check_refuse(check, "Must not be given.");
        return;
    }
    if (++check->depth > DEPTH_MOST) {
        check->exhausted = true;
    } else if (check_spend(check, WORK_SCHEMA) && check_type(check, schema, value)) {
        check_content(check, schema, value);
        if (check->dialect == SCHEMA_TOOL)
            check_combined(check, schema, value);
    }
    check->depth--;
}

enum outcome schema_check_value(struct json_object *schema, enum schema_dialect dialect, struct json_object *value,
                                const char *prefix, struct json_object *errors)
{
    struct check check = {schema, dialect, errors, TEXT_EMPTY, WORK_MOST, 0, false, false};

    text_add(&check.path, prefix);
    check_against(&check, schema, value);
    if (check.exhausted || check.work <= 0) {
        path_leave(&check.path, strlen(prefix));
        check_refuse(&check, "Is too large or nested too deep to check in time.");
    }
    text_free(&check.path);
    return check.wrong ? OUTCOME_INVALID : OUTCOME_OK;
}
