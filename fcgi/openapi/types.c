/* The schemas of answers as JSDoc, for the browser's modules. */
#include "fcgi/openapi/openapi.h"

#include <string.h>

static const char introduction[] = "/**\n"
                                   " * The shapes of the HTTP API: printed by \"coagent-fcgi --print-types\" from the "
                                   "schemas of its OpenAPI document\n"
                                   " * (fcgi/openapi/schemas.c). \"make generated\" writes this file anew.\n"
                                   " */\n"
                                   "\n"
                                   "/**\n"
                                   " * A page of a keyset list.\n"
                                   " * @template T\n"
                                   " * @typedef {{items: T[], next: string | null}} Page\n"
                                   " */\n"
                                   "\n";

static bool is_word(const char *type, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(type, word, length) == 0;
}

static void add_values(struct text *types, const char *type, size_t length)
{
    for (size_t begin = 0; begin < length;) {
        size_t word = strcspn(type + begin, "|? []");
        text_add_format(types, "%s\"%.*s\"", begin > 0 ? " | " : "", (int)word, type + begin);
        begin += word + 1;
    }
}

static void add_plain(struct text *types, const char *type, size_t length)
{
    static const char *const words[][2] = {
        {"text", "string"},
        {"id", "string"},
        {"whole", "number"},
        {"number", "number"},
        {"flag", "boolean"},
        {"time", "string"},
        {"object", "Record<string, any>"},
        {"numbers", "Record<string, number>"},
        {"any", "any"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(type, length, words[i][0])) {
            text_add(types, words[i][1]);
            return;
        }
    if (*type >= 'A' && *type <= 'Z' && memchr(type, '|', length) == NULL && !is_word(type, length, "Bearer"))
        text_add_format(types, "%.*s", (int)length, type);
    else
        add_values(types, type, length);
}

static void add_type(struct text *types, const char *type)
{
    size_t length = strcspn(type, "[? ");
    bool is_list = strncmp(type + length, "[]", 2) == 0;
    bool has_values = memchr(type, '|', length) != NULL;
    if (is_list && has_values)
        text_add(types, "(");
    add_plain(types, type, length);
    if (is_list && has_values)
        text_add(types, ")");
    if (is_list)
        text_add(types, "[]");
    if (type[length + (is_list ? 2 : 0)] == '?')
        text_add(types, " | null");
}

static void add_schema(struct text *types, const struct openapi_schema *schema)
{
    text_add_format(types, "/**\n * @typedef {object} %s\n", schema->name);
    for (const char *at = schema->members; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        size_t length = strcspn(at, "?:");
        bool optional = at[length] == '?';
        text_add(types, " * @property {");
        add_type(types, at + length + (optional ? 2 : 1));
        text_add_format(types, "} %s%.*s%s\n", optional ? "[" : "", (int)length, at, optional ? "]" : "");
    }
    text_add(types, " */\n\n");
}

void openapi_write_types(struct text *types)
{
    text_add(types, introduction);
    for (const struct openapi_schema *schema = openapi_schemas; schema->name; schema++)
        add_schema(types, schema);
    text_add(types, "export {};\n");
}
