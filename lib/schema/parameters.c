#include "base/characters.h"
#include "base/json.h"
#include "pattern/pattern.h"
#include "schema/dialects.h"
#include "schema/errors.h"
#include "schema/types.h"

#include <math.h>
#include <string.h>

#define PARAMETERS_MOST 50
#define NAME_MOST 40
#define TITLE_MOST 80
#define DESCRIPTION_MOST 500
#define CHOICES_MOST 100
#define STORED_MOST 1e18L
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_text_of(struct json_object *value, size_t most)
{
    return json_object_is_type(value, json_type_string) && utf8_length(json_object_get_string(value)) <= most;
}

static bool is_title(struct json_object *value, const char *type)
{
    (void)type;
    return is_text_of(value, TITLE_MOST);
}

static bool is_description(struct json_object *value, const char *type)
{
    (void)type;
    return is_text_of(value, DESCRIPTION_MOST);
}

static bool is_length(struct json_object *value, const char *type)
{
    (void)type;
    return type_fits("integer", value) && type_count(value, TYPE_TEXT_MOST + 1) <= TYPE_TEXT_MOST;
}

/* A schema is stored and parsed again, so its numbers must survive a round trip. */
static bool is_storable(struct json_object *value)
{
    return type_fits("number", value) && fabsl(type_number(value)) <= STORED_MOST;
}

static bool is_bound(struct json_object *value, const char *type)
{
    (void)type;
    return is_storable(value);
}

static bool is_format(struct json_object *value, const char *type)
{
    static const char *const formats[] = {"multiline", "password", "date", "email", "uri"};

    (void)type;
    for (size_t i = 0; i < COUNT(formats); i++)
        if (json_object_is_type(value, json_type_string) && strcmp(json_object_get_string(value), formats[i]) == 0)
            return true;
    return false;
}

/* type: of a choice. */
static bool are_choices(struct json_object *value, const char *type)
{
    size_t count = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
    bool fit = count >= 1 && count <= CHOICES_MOST;

    for (size_t i = 0; fit && i < count; i++) {
        struct json_object *choice = json_object_array_get_idx(value, i);
        fit =
            type_fits(type, choice) &&
            (json_object_is_type(choice, json_type_string) ? is_text_of(choice, TYPE_TEXT_MOST) : is_storable(choice));
    }
    return fit;
}

static bool is_count(struct json_object *value, const char *type)
{
    (void)type;
    return type_fits("integer", value) && type_count(value, TYPE_LIST_MOST + 1) <= TYPE_LIST_MOST;
}

/* NULL for what is looked at when the other keywords are known to be right. */
static const struct {
    const char *name;
    const char *types; /* the first letters of those that have it: s, i, n, b, a */
    bool in_items;     /* whether the rule of a list's entries has it */
    bool (*fits)(struct json_object *value, const char *type);
} keywords[] = {
    {"type", "sinba", true, NULL},
    {"title", "sinba", false, is_title},
    {"description", "sinba", false, is_description},
    {"default", "sinba", false, NULL},
    {"enum", "sina", true, are_choices},
    {"minLength", "s", true, is_length},
    {"maxLength", "s", true, is_length},
    {"pattern", "s", true, NULL},
    {"format", "s", true, is_format},
    {"minimum", "in", true, is_bound},
    {"maximum", "in", true, is_bound},
    {"items", "a", false, NULL},
    {"minItems", "a", false, is_count},
    {"maxItems", "a", false, is_count},
};

/* The type of the entries of a list, of what stands alone its own. */
static const char *entry_type(struct json_object *rule, const char *type)
{
    const char *entries = json_text(json_member(rule, "items"), "type");

    return strcmp(type, "array") != 0 ? type : entries ? entries : "string";
}

/* Adds why a keyword of a rule, or of the rule of a list's entries, cannot be there, and is false. */
static bool keyword_is_fine(const char *name, struct json_object *value, struct json_object *rule, bool in_items,
                            struct text *why)
{
    const char *type = json_text(rule, "type");

    for (size_t i = 0; i < COUNT(keywords); i++) {
        if (strcmp(keywords[i].name, name) != 0 || !strchr(keywords[i].types, type[0]) ||
            (in_items && !keywords[i].in_items))
            continue;
        bool fits = !keywords[i].fits || keywords[i].fits(value, entry_type(rule, type));
        if (!fits)
            text_add_format(why, ".%s has an invalid value", name);
        return fits;
    }
    text_add_char(why, '.');
    text_add_characters(why, name, NAME_MOST);
    text_add_format(why, " is not supported for the type %s", type);
    return false;
}

bool pattern_is_fine(struct json_object *value, struct text *why)
{
    struct pattern *pattern = NULL;
    const char *source = json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;

    if (!source)
        text_add(why, "must be a string");
    else if (!*source || utf8_length(source) > PATTERN_MOST)
        text_add_format(why, "must be a regular expression of at most %d characters", PATTERN_MOST);
    else if (pattern_compile(source, &pattern, why) == OUTCOME_OK)
        pattern_free(pattern);
    else
        return false;
    return source && *source && utf8_length(source) <= PATTERN_MOST;
}

static bool exceeds(struct json_object *rule, const char *least, const char *most)
{
    struct json_object *lower = json_member(rule, least), *upper = json_member(rule, most);

    return lower && upper && type_number(lower) > type_number(upper);
}

static void add_default_fault(struct json_object *rule, struct json_object *value, struct text *why)
{
    const char *format = json_text(rule, "format");
    struct json_object *errors = json_object_new_array();

    if (format && strcmp(format, "password") == 0)
        text_add(why, ".default: a password cannot have a default, because everyone could read it");
    else if (type_fits("number", value) && !is_storable(value))
        text_add(why, ".default has an invalid value");
    else if (schema_check_value(rule, SCHEMA_PARAMETERS, value, "", errors) != OUTCOME_OK)
        text_add_format(why, ".default: %s", json_text(json_object_array_get_idx(errors, 0), "message"));
    json_object_put(errors);
}

/* Adds why a rule of one of these types cannot be taken, but for its default and entries; nothing when it can. */
static void add_keywords_fault(struct json_object *rule, const char *types, bool in_items, struct text *why)
{
    const char *type = json_text(rule, "type");
    struct json_object *value = NULL;

    if (!json_object_is_type(rule, json_type_object)) {
        text_add(why, " must be an object");
    } else if (!type || !type_is_known(type) || !strstr(types, type)) {
        text_add_format(why, ".type must be one of: %s", types);
    } else {
        json_object_object_foreach(rule, name, member)
        {
            if (!keyword_is_fine(name, member, rule, in_items, why))
                return;
        }
        if (json_object_object_get_ex(rule, "pattern", &value)) {
            struct text fault = TEXT_EMPTY;
            if (!pattern_is_fine(value, &fault))
                text_add_format(why, ".pattern %s", text_string(&fault));
            text_free(&fault);
        }
        if (why->length == 0 && (exceeds(rule, "minLength", "maxLength") || exceeds(rule, "minimum", "maximum") ||
                                 exceeds(rule, "minItems", "maxItems")))
            text_add(why, ": its limits exclude every value");
    }
}

/* A list of passwords would need a form and a mask of its own. */
static void add_items_fault(struct json_object *items, struct text *why)
{
    const char *format = json_text(items, "format");
    struct text fault = TEXT_EMPTY;

    add_keywords_fault(items, "string, integer, number", true, &fault);
    if (fault.length == 0 && format && (strcmp(format, "password") == 0 || strcmp(format, "multiline") == 0))
        text_add(&fault, ".format has an invalid value");
    if (fault.length > 0)
        text_add_format(why, ".items%s", text_string(&fault));
    text_free(&fault);
}

/* Adds why a rule cannot be taken; nothing when it can. The entries come first: choices and defaults are of their type.
 */
static void add_rule_fault(struct json_object *rule, struct text *why)
{
    const char *type = json_text(rule, "type");
    struct json_object *value = NULL;

    if (type && strcmp(type, "array") == 0 && json_object_object_get_ex(rule, "items", &value))
        add_items_fault(value, why);
    if (why->length == 0)
        add_keywords_fault(rule, "string, integer, number, boolean, array", false, why);
    if (why->length == 0 && json_object_object_get_ex(rule, "default", &value))
        add_default_fault(rule, value, why);
}

static bool check_rule(const char *name, struct json_object *rule, struct json_object *errors)
{
    struct text why = TEXT_EMPTY, sentence = TEXT_EMPTY, field = TEXT_EMPTY;

    add_rule_fault(rule, &why);
    bool fine = why.length == 0;
    if (!fine) {
        const char *fault = text_string(&why);
        text_add_format(&sentence, "properties.%s%s", name, fault);
        text_add_bytes(&field, text_string(&sentence), strlen("properties.") + strlen(name) + strcspn(fault, " :"));
        errors_add(errors, text_string(&field), text_string(&sentence));
    }
    text_free(&field);
    text_free(&sentence);
    text_free(&why);
    return fine;
}

static bool is_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t length = strspn(name, letters);

    return name[length] == '\0' && length >= 1 && length <= NAME_MOST && (name[0] < '0' || name[0] > '9');
}

static bool has_twin(struct json_object *properties, const char *name)
{
    json_object_object_foreach(properties, other, rule)
    {
        (void)rule;
        if (strcmp(other, name) == 0)
            return false; /* it is judged when the later one is */
        if (strcasecmp(other, name) == 0)
            return true;
    }
    return false;
}

static const char *names_fault(struct json_object *properties)
{
    if (json_object_object_length(properties) > PARAMETERS_MOST)
        return "A script can have at most 50 parameters.";
    json_object_object_foreach(properties, name, rule)
    {
        (void)rule;
        if (!is_name(name))
            return "properties: a name must have at most 40 letters, digits and underscores, starting with a letter or "
                   "underscore.";
        if (has_twin(properties, name))
            return "properties: names must differ in more than upper and lower case.";
    }
    return NULL;
}

/* Whether a list names properties, each once. */
static bool are_names(struct json_object *list, struct json_object *properties)
{
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    if (count > PARAMETERS_MOST)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct json_object *name = json_object_array_get_idx(list, i);
        if (!json_object_is_type(name, json_type_string) ||
            !json_object_object_get_ex(properties, json_object_get_string(name), NULL))
            return false;
        for (size_t k = 0; k < i; k++)
            if (strcmp(json_object_get_string(json_object_array_get_idx(list, k)), json_object_get_string(name)) == 0)
                return false;
    }
    return true;
}

static const char *const lists[] = {"required", "order"}; /* of names */

static bool is_frame_keyword(const char *name)
{
    for (size_t i = 0; i < COUNT(lists); i++)
        if (strcmp(name, lists[i]) == 0)
            return true;
    return strcmp(name, "type") == 0 || strcmp(name, "properties") == 0;
}

/* The keywords of the whole. A sentence whose first word is the keyword that is wrong, or "". */
static void add_frame_fault(struct json_object *schema, struct text *why)
{
    struct json_object *value = NULL;
    const char *type = json_text(schema, "type");

    json_object_object_foreach(schema, name, member)
    {
        (void)member;
        if (!is_frame_keyword(name)) {
            text_add(why, "The keyword \"");
            text_add_characters(why, name, NAME_MOST);
            text_add(why, "\" is not supported. Use type, properties, required and order.");
            return;
        }
    }
    if (json_object_object_get_ex(schema, "type", &value) && (!type || strcmp(type, "object") != 0))
        text_add(why, "type must be \"object\".");
    else if (json_object_object_get_ex(schema, "properties", &value) && !json_object_is_type(value, json_type_object))
        text_add(why, "properties must be an object.");
    for (size_t i = 0; i < COUNT(lists) && why->length == 0; i++)
        if (json_object_object_get_ex(schema, lists[i], &value) && !json_object_is_type(value, json_type_array))
            text_add_format(why, "%s must be a list of names.", lists[i]);
}

static void check_frame(struct json_object *schema, struct json_object *errors)
{
    struct text why = TEXT_EMPTY;

    add_frame_fault(schema, &why);
    if (why.length > 0)
        errors_add(errors, "", text_string(&why));
    text_free(&why);
}

static bool check_properties(struct json_object *properties, struct json_object *errors)
{
    const char *fault = names_fault(properties);
    bool fine = fault == NULL;

    if (fault) {
        errors_add(errors, "properties", fault);
        return false;
    }
    json_object_object_foreach(properties, name, rule)
    {
        fine = check_rule(name, rule, errors) && fine;
    }
    return fine;
}

static void check_lists(struct json_object *schema, struct json_object *errors)
{
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct text sentence = TEXT_EMPTY;
        text_add_format(&sentence, "%s contains an unknown or duplicate parameter.", lists[i]);
        if (!are_names(json_member(schema, lists[i]), json_member(schema, "properties")))
            errors_add(errors, lists[i], text_string(&sentence));
        text_free(&sentence);
    }
}

void parameters_check(struct json_object *schema, struct json_object *errors)
{
    struct json_object *properties = json_member(schema, "properties");
    size_t before = json_object_array_length(errors);

    if (!schema)
        return;
    if (json_object_is_type(schema, json_type_object))
        check_frame(schema, errors);
    else
        errors_add(errors, "", "type must be \"object\".");
    if (json_object_array_length(errors) == before && (!properties || check_properties(properties, errors)))
        check_lists(schema, errors);
}

struct json_object *schema_complete(struct json_object *schema)
{
    struct json_object *properties = json_member(schema, "properties"), *required = json_member(schema, "required");
    struct json_object *given = json_member(schema, "order"), *order = json_object_new_array();
    struct json_object *complete = json_object_new_object();

    for (size_t i = 0; given && i < json_object_array_length(given); i++)
        json_object_array_add(order, json_object_get(json_object_array_get_idx(given, i)));
    if (properties) {
        json_object_object_foreach(properties, name, rule)
        {
            (void)rule;
            if (!names_have(given, name))
                json_object_array_add(order, json_object_new_string(name));
        }
    }
    json_object_object_add(complete, "type", json_object_new_string("object"));
    json_object_object_add(complete, "properties", properties ? json_object_get(properties) : json_object_new_object());
    json_object_object_add(complete, "required", required ? json_object_get(required) : json_object_new_array());
    json_object_object_add(complete, "order", order);
    return complete;
}
