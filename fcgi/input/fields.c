#include "fcgi/input/fields.h"

#include "base/json.h"
#include "base/number.h"
#include "fcgi/input/format.h"
#include "unicode/name.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_SIZE 400
#define LIST_ELEMENT_MOST 500 /* code points of a string in a list */
#define ERRORS_MOST 50
#define FIELD_NAME_SIZE 100

/* One check in progress: where the value stands, so that it can be normalised, and where errors go. */
struct check {
    const struct field *field;
    struct json_object *object;
    struct json_object *value;
    struct json_object *errors;
};

void fields_error(struct json_object *errors, const char *field, const char *message)
{
    if (json_object_array_length(errors) >= ERRORS_MOST)
        return;
    struct json_object *error = json_object_new_object();
    json_object_object_add(error, "field", json_object_new_string(field));
    json_object_object_add(error, "message", json_object_new_string(message));
    json_object_array_add(errors, error);
}

static void refuse(const struct check *check, const char *message)
{
    fields_error(check->errors, check->field->name, message);
}

static bool check_type(const struct check *check, enum json_type type, const char *message)
{
    if (json_object_get_type(check->value) == type)
        return true;
    refuse(check, message);
    return false;
}

static void check_length(const struct check *check, const char *string)
{
    char sentence[SENTENCE_SIZE];
    long long length = (long long)utf8_length(string);
    const struct field *field = check->field;
    if (length == 0 && (field->required || field->least > 0)) {
        refuse(check, "Must not be empty.");
    } else if (length < field->least) {
        snprintf(sentence, sizeof sentence, "Must have at least %lld character%s.", field->least,
                 number_plural(field->least));
        refuse(check, sentence);
    } else if (field->most > 0 && length > field->most) {
        snprintf(sentence, sizeof sentence, "Must have at most %lld character%s.", field->most,
                 number_plural(field->most));
        refuse(check, sentence);
    }
}

static void check_text(const struct check *check)
{
    if (!check_type(check, json_type_string, "Must be a string."))
        return;
    const char *string = json_object_get_string(check->value);
    if (!format_is_text(string))
        refuse(check, "Must not contain control characters.");
    else
        check_length(check, string);
}

static void check_code(const struct check *check)
{
    char sentence[SENTENCE_SIZE];
    if (!check_type(check, json_type_string, "Must be a string."))
        return;
    long long length = json_object_get_string_len(check->value);
    if (length == 0 && check->field->required) {
        refuse(check, "Must not be empty.");
    } else if (length > check->field->most) {
        snprintf(sentence, sizeof sentence, "Must have at most %lld byte%s.", check->field->most,
                 number_plural(check->field->most));
        refuse(check, sentence);
    }
}

static void check_secret(const struct check *check)
{
    if (!check_type(check, json_type_string, "Must be a string."))
        return;
    const char *string = json_object_get_string(check->value);
    if (strpbrk(string, "\r\n")) /* some become part of a header, where what follows would be another one */
        refuse(check, "Must be one line.");
    else
        check_length(check, string);
}

/* The value is this text from here on. */
static const char *replace_text(struct check *check, const char *bytes, size_t length)
{
    check->value = json_object_new_string_len(bytes, (int)length);
    json_object_object_add(check->object, check->field->name, check->value);
    return json_object_get_string(check->value);
}

/* Lines: what stands around them by accident is removed before anything is judged. */
static const char *trim(struct check *check)
{
    const char *string = json_object_get_string(check->value);
    const char *begin = string + strspn(string, " \t\r\n");
    size_t length = strlen(begin);
    while (length > 0 && strchr(" \t\r\n", begin[length - 1]))
        length--;
    if (begin == string && string[length] == '\0')
        return string;
    return replace_text(check, begin, length);
}

static void check_line(struct check *check)
{
    if (!check_type(check, json_type_string, "Must be a string."))
        return;
    const char *string = trim(check);
    if (!format_is_line(string))
        refuse(check, "Must be one line without control characters.");
    else
        check_length(check, string);
}

/* Puts the clean form in the place of a name; NULL after an error. */
static const char *clean_name(struct check *check)
{
    char why[NAME_FAULT_SIZE];
    struct text clean = TEXT_EMPTY;
    const char *string = json_object_get_string(check->value);
    enum outcome outcome = name_clean(string, &clean, why);

    if (outcome != OUTCOME_OK)
        refuse(check, why);
    else if (strcmp(string, text_string(&clean)) != 0)
        string = replace_text(check, text_string(&clean), clean.length);
    text_free(&clean);
    return outcome == OUTCOME_OK ? string : NULL;
}

static void check_name(struct check *check)
{
    const char *string;
    if (!check_type(check, json_type_string, "Must be a string."))
        return;
    string = clean_name(check);
    if (string)
        check_length(check, string);
}

static void check_email(struct check *check)
{
    if (!check_type(check, json_type_string, "Must be a string."))
        return;
    const char *string = clean_name(check);
    if (!string)
        return;
    if (*string ? !format_is_email(string) : check->field->required)
        refuse(check, "Must be an email address.");
}

static void check_range(const struct check *check, double number)
{
    char sentence[SENTENCE_SIZE];
    if (number >= (double)check->field->least && number <= (double)check->field->most)
        return;
    snprintf(sentence, sizeof sentence, "Must be between %lld and %lld.", check->field->least, check->field->most);
    refuse(check, sentence);
}

static void check_integer(const struct check *check)
{
    if (!check_type(check, json_type_int, "Must be a whole number."))
        return;
    int64_t number = json_object_get_int64(check->value);
    if (number < check->field->least || number > check->field->most)
        check_range(check, number < check->field->least ? -INFINITY : INFINITY);
}

static void check_number(const struct check *check)
{
    enum json_type type = json_object_get_type(check->value);
    if (type != json_type_int && type != json_type_double)
        refuse(check, "Must be a number.");
    else
        check_range(check, json_object_get_double(check->value));
}

static void check_choice(const struct check *check)
{
    char sentence[SENTENCE_SIZE];
    if (json_object_get_type(check->value) == json_type_string &&
        format_is_choice(json_object_get_string(check->value), check->field->choices))
        return;
    snprintf(sentence, sizeof sentence, "Must be one of: %s.", check->field->choices);
    refuse(check, sentence);
}

static void check_formatted(const struct check *check, bool (*is_valid)(const char *), const char *message)
{
    if (json_object_get_type(check->value) != json_type_string || !is_valid(json_object_get_string(check->value)))
        refuse(check, message);
}

static void check_object(const struct check *check)
{
    char sentence[SENTENCE_SIZE];
    size_t length = 0;
    if (!check_type(check, json_type_object, "Must be an object."))
        return;
    json_object_to_json_string_length(check->value, JSON_C_TO_STRING_PLAIN, &length);
    if ((long long)length > check->field->most) {
        snprintf(sentence, sizeof sentence, "Must have at most %lld byte%s.", check->field->most,
                 number_plural(check->field->most));
        refuse(check, sentence);
    }
}

static const char *list_element_error(const struct field *field, struct json_object *element)
{
    if (field->kind == FIELD_OBJECT_LIST)
        return json_object_get_type(element) == json_type_object ? NULL : "Must be a list of objects.";
    const char *string = json_object_get_string(element);
    if (json_object_get_type(element) != json_type_string)
        return "Must be a list of strings.";
    if (field->kind == FIELD_UUID_LIST && !format_is_uuid(string))
        return "Must be a list of ids.";
    if (field->choices && !format_is_choice(string, field->choices))
        return "Contains a value that is not one of the choices.";
    if (!format_is_line(string) || utf8_length(string) > LIST_ELEMENT_MOST)
        return "Contains a string that is too long or has more than one line.";
    return NULL;
}

/* Errors inside a list are reported by position: "entries.3.key". */
static void check_element(const struct check *check, size_t place, struct json_object *element)
{
    char name[FIELD_NAME_SIZE];
    struct json_object *errors = json_object_new_array();
    fields_check(check->field->elements, element, errors);
    for (size_t i = 0; i < json_object_array_length(errors); i++) {
        struct json_object *error = json_object_array_get_idx(errors, i);
        snprintf(name, sizeof name, "%s.%zu.%s", check->field->name, place, json_text(error, "field"));
        fields_error(check->errors, name, json_text(error, "message"));
    }
    json_object_put(errors);
}

static void check_list(const struct check *check)
{
    char sentence[SENTENCE_SIZE];
    const char *error = NULL;
    bool of_objects = check->field->kind == FIELD_OBJECT_LIST;
    if (!check_type(check, json_type_array, of_objects ? "Must be a list of objects." : "Must be a list of strings."))
        return;
    size_t count = json_object_array_length(check->value);
    if ((long long)count > check->field->most || (long long)count < check->field->least) {
        snprintf(sentence, sizeof sentence, "Must have between %lld and %lld entries.", check->field->least,
                 check->field->most);
        error = sentence;
    }
    for (size_t i = 0; i < count && !error; i++)
        error = list_element_error(check->field, json_object_array_get_idx(check->value, i));
    if (error)
        refuse(check, error);
    for (size_t i = 0; i < count && of_objects && !error; i++)
        check_element(check, i, json_object_array_get_idx(check->value, i));
}

static void check_value(struct check *check)
{
    switch (check->field->kind) {
    case FIELD_TEXT: check_text(check); break;
    case FIELD_LINE: check_line(check); break;
    case FIELD_NAME: check_name(check); break;
    case FIELD_EMAIL: check_email(check); break;
    case FIELD_CODE: check_code(check); break;
    case FIELD_SECRET: check_secret(check); break;
    case FIELD_INTEGER: check_integer(check); break;
    case FIELD_NUMBER: check_number(check); break;
    case FIELD_BOOLEAN: check_type(check, json_type_boolean, "Must be true or false."); break;
    case FIELD_UUID: check_formatted(check, format_is_uuid, "Must be an id (UUID)."); break;
    case FIELD_CHOICE: check_choice(check); break;
    case FIELD_OBJECT: check_object(check); break;
    case FIELD_TEXT_LIST:
    case FIELD_UUID_LIST:
    case FIELD_OBJECT_LIST: check_list(check); break;
    case FIELD_TIME: check_formatted(check, format_is_time, "Must be a time such as 2026-11-20T15:04:05Z."); break;
    }
}

static bool is_known(const struct field *fields, const char *name)
{
    for (; fields && fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return true;
    return false;
}

enum outcome fields_check(const struct field *fields, struct json_object *object, struct json_object *errors)
{
    size_t before = json_object_array_length(errors);
    json_object_object_foreach(object, name, ignored)
    {
        (void)ignored;
        if (!is_known(fields, name))
            fields_error(errors, name, "Is not a known field.");
    }
    for (const struct field *field = fields; field && field->name; field++) {
        struct check check = {field, object, NULL, errors};
        bool present = json_object_object_get_ex(object, field->name, &check.value);
        if (!present && field->required)
            refuse(&check, "Is required.");
        else if (present && !check.value && !field->nullable)
            refuse(&check, "Must not be null.");
        else if (present && check.value)
            check_value(&check);
    }
    return json_object_array_length(errors) > before ? OUTCOME_INVALID : OUTCOME_OK;
}
