#include "base/characters.h"
#include "base/json.h"
#include "command/run_words.h"
#include "schema/errors.h"

#include <stdlib.h>
#include <string.h>

#define WORD_SHOWN_MOST 60
#define DASH "\xe2\x80\x94" /* what keyboards make of -- */

/* The values that are being read from the words of a command. */
struct giving {
    struct json_object *schema;
    struct json_object *given;
    struct text *why;
    bool only_values; /* behind "--" */
};

/* The role of a word. */
struct target {
    char *name;        /* NULL: there is no parameter left; owned */
    const char *value; /* NULL: none was written, as in --force */
    bool is_option;
};

static void refuse(struct giving *giving, const char *before, const char *shown, size_t most, const char *after)
{
    text_add(giving->why, before);
    text_add_characters(giving->why, shown, most);
    text_add(giving->why, after);
}

static struct json_object *rule_of(const struct giving *giving, const char *name)
{
    return json_member(json_member(giving->schema, "properties"), name);
}

static bool is_given(const struct giving *giving, const char *name)
{
    return json_object_object_get_ex(giving->given, name, NULL) != 0;
}

/* The parameter that the next value without a name is for: by the order, then as the properties were written. */
static const char *next_name(const struct giving *giving)
{
    struct json_object *order = json_member(giving->schema, "order");
    struct json_object *properties = json_member(giving->schema, "properties");
    size_t count = json_object_is_type(order, json_type_array) ? json_object_array_length(order) : 0;

    for (size_t i = 0; i < count; i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(order, i));
        if (name && !is_given(giving, name))
            return name;
    }
    if (json_object_is_type(properties, json_type_object)) {
        json_object_object_foreach(properties, name, rule)
        {
            (void)rule;
            if (!is_given(giving, name))
                return name;
        }
    }
    return NULL;
}

static bool is_name(const char *text, size_t length)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

    return length > 0 && strspn(text, letters) >= length && (*text < '0' || *text > '9');
}

/* Parameters have no hyphens in their names, unlike most options of programs. */
static char *option_name(const struct giving *giving, const char *text, size_t length)
{
    char *name = strndup(text, length);

    if (!rule_of(giving, name))
        for (char *at = name; *at; at++)
            if (*at == '-')
                *at = '_';
    return name;
}

/* How long the dashes of an option are, which were written without quotation marks; 0: it is none. */
static size_t dashes_of(const struct word *word)
{
    size_t length = strlen(DASH);

    if (word->plain >= 2 && strncmp(word->text, "--", 2) == 0)
        return 2;
    return word->plain > length && strncmp(word->text, DASH, length) == 0 && is_name(word->text + length, 1) ? length
                                                                                                             : 0;
}

static struct target target_of(const struct giving *giving, const struct word *word)
{
    const char *equals = giving->only_values ? NULL : memchr(word->text, '=', word->plain);
    size_t dashes = giving->only_values ? 0 : dashes_of(word);
    size_t end = equals ? (size_t)(equals - word->text) : strlen(word->text);
    const char *next = next_name(giving);

    if (dashes > 0)
        return (struct target){option_name(giving, word->text + dashes, end - dashes), equals ? equals + 1 : NULL,
                               true};
    if (equals && is_name(word->text, end))
        return (struct target){strndup(word->text, end), equals + 1, false};
    return (struct target){next ? strdup(next) : NULL, word->text, false};
}

/* A decimal number as JSON writes it, without a plus and zeros in front; NULL: it is none. */
static struct json_object *number_of(const char *word)
{
    static const char digits[] = "0123456789";
    const char *at = word + (*word == '+' || *word == '-');
    size_t whole = strspn(at, digits), fraction = at[whole] == '.' ? strspn(at + whole + 1, digits) : 0;
    size_t length = whole + (at[whole] == '.' ? fraction + 1 : 0);
    struct json_object *number = NULL;
    struct text json = TEXT_EMPTY;
    const char *why = NULL;

    if (whole == 0 || whole > 30 || fraction > 30 || at[length] != '\0' || (at[whole] == '.' && fraction == 0))
        return NULL;
    while (*at == '0' && at[1] >= '0' && at[1] <= '9')
        at++;
    text_add(&json, *word == '-' ? "-" : "");
    text_add(&json, at);
    (void)json_parse(text_string(&json), json.length, &number, &why);
    text_free(&json);
    return number;
}

/* true, yes, on, 1 and the opposite; NULL: it is neither. */
static struct json_object *boolean_of(const char *word)
{
    static const char *const words[][2] = {{"true", "false"}, {"yes", "no"}, {"on", "off"}, {"1", "0"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int k = 0; k < 2; k++)
            if (strcasecmp(word, words[i][k]) == 0)
                return json_object_new_boolean(k == 0);
    return NULL;
}

/* JSON of this type; NULL: it is none. */
static struct json_object *json_of(const char *word, enum json_type type)
{
    struct json_object *value = NULL;
    const char *why = NULL;

    if (json_parse(word, strlen(word), &value, &why) == OUTCOME_OK && json_object_is_type(value, type))
        return value;
    json_object_put(value);
    return NULL;
}

/* An entry that does not parse as the type of the list's entries stays a string, as a value does. */
static struct json_object *entry_of(const char *type, const char *word, size_t length)
{
    struct json_object *entry = json_object_new_string_len(word, (int)length);
    struct json_object *number = type && strcmp(type, "string") != 0 ? number_of(json_object_get_string(entry)) : NULL;

    if (!number)
        return entry;
    json_object_put(entry);
    return number;
}

static struct json_object *list_of(struct json_object *rule, const char *word)
{
    const char *type = json_text(json_member(rule, "items"), "type");
    struct json_object *list = json_of(word, json_type_array);

    if (list)
        return list;
    list = json_object_new_array();
    while (*word) {
        size_t length = strcspn(word, ",");
        json_object_array_add(list, entry_of(type, word, length));
        if (word[length] == ',' && word[length + 1] == '\0')
            json_object_array_add(list, json_object_new_string(""));
        word += length + (word[length] == ',');
    }
    return list;
}

/* A value that does not parse as the type of its parameter stays a string; the check then reports why. */
static struct json_object *value_of(struct json_object *rule, const char *word)
{
    const char *type = json_text(rule, "type");
    struct json_object *value = NULL;

    if (!type)
        value = NULL;
    else if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
        value = number_of(word);
    else if (strcmp(type, "boolean") == 0)
        value = boolean_of(word);
    else if (strcmp(type, "array") == 0)
        value = list_of(rule, word);
    else if (strcmp(type, "object") == 0)
        value = json_of(word, json_type_object);
    return value ? value : json_object_new_string(word);
}

static bool is_of(struct json_object *rule, const char *keyword, const char *value)
{
    const char *found = json_text(rule, keyword);

    return found && strcmp(found, value) == 0;
}

/* Gives a value to a parameter; false when it cannot be meant. */
static bool give(struct giving *giving, const struct word *word, const struct target *target)
{
    struct json_object *rule = target->name ? rule_of(giving, target->name) : NULL;

    if (!target->name)
        refuse(giving, "Too many values: no parameter is left for \"", word->text, WORD_SHOWN_MOST, "\".");
    else if (!rule)
        refuse(giving, "There is no parameter \"", target->name, NAME_SHOWN_MOST,
               target->is_option ? "\". Put a value that begins with -- in quotation marks." : "\".");
    else if (is_given(giving, target->name))
        refuse(giving, "", target->name, NAME_SHOWN_MOST, " must not be given twice.");
    else if (is_of(rule, "format", "password"))
        refuse(giving, "", target->name, NAME_SHOWN_MOST,
               " is a password, which everyone in this room could read. Run the script from its page.");
    else if (!target->value && !is_of(rule, "type", "boolean"))
        refuse(giving, "", target->name, NAME_SHOWN_MOST, " needs a value: --NAME=VALUE.");
    else
        json_object_object_add(giving->given, target->name, value_of(rule, target->value ? target->value : "true"));
    return giving->why->length == 0;
}

static bool give_word(struct giving *giving, const struct word *word)
{
    if (!giving->only_values && word->plain == 2 && strcmp(word->text, "--") == 0) {
        giving->only_values = true;
        return true;
    }
    struct target target = target_of(giving, word);
    bool given = give(giving, word, &target);

    free(target.name);
    return given;
}

enum outcome run_command_arguments(const struct run_command *command, struct json_object *schema,
                                   struct json_object **arguments, struct text *why)
{
    struct text fault = TEXT_EMPTY;
    struct giving giving = {schema, json_object_new_object(), &fault, false};
    bool given = true;

    for (size_t i = 1; i < command->count && given; i++)
        given = give_word(&giving, &command->words[i]);
    text_add(why, text_string(&fault));
    text_free(&fault);
    *arguments = given ? giving.given : NULL;
    if (!given)
        json_object_put(giving.given);
    return given ? OUTCOME_OK : OUTCOME_INVALID;
}
