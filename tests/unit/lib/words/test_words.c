/* The words of words.txt are the same in C, SQL, the browser and the checks of the tables. The source is read here by
 * other means than words.awk's. */
#include "base/text.h"
#include "model/functions.h"
#include "words/words.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETS 40
#define WORDS 20
#define COLUMNS 12

struct set {
    char name[40], made[80];
    bool flags[COLUMNS], numbers[COLUMNS];
    char names[COLUMNS][40];
    int columns, words;
    char *cells[WORDS][COLUMNS];
};
static struct set sets[SETS];
static int set_count;

static char *trimmed(char *text)
{
    text += strspn(text, " \t\n");
    for (size_t length = strlen(text); length > 0 && strchr(" \t\n", text[length - 1]); length--)
        text[length - 1] = '\0';
    return text;
}

static void read_head(char *line)
{
    struct set *set = &sets[set_count++];
    char *colon = strchr(line, ':');
    char *rest = colon + 1;

    *colon = '\0';
    cr_assert(sscanf(line, "[%39[a-z_]] %79[a-z ]", set->name, set->made) == 2, "%s", line);
    for (char *column; (column = strsep(&rest, ",")) && *trimmed(column); set->columns++) {
        column = trimmed(column);
        set->flags[set->columns] = column[strlen(column) - 1] == '?';
        set->numbers[set->columns] = column[strlen(column) - 1] == '#';
        snprintf(set->names[set->columns], sizeof set->names[0], "%.*s", (int)strcspn(column, "?#"), column);
    }
}

static void read_word(char *line)
{
    struct set *set = &sets[set_count - 1];
    int column = 0;

    for (char *cell; (cell = strsep(&line, "|")); column++)
        set->cells[set->words][column] = strdup(trimmed(cell));
    cr_assert(column == set->columns + 1, "%s", set->name);
    set->words++;
}

static void read_source(void)
{
    char line[400];
    FILE *file = fopen(SOURCES "/lib/words/words.txt", "re");

    cr_assert(file);
    while (fgets(line, sizeof line, file))
        if (line[0] == '[')
            read_head(line);
        else if (line[0] != '#' && line[0] != '\n')
            read_word(line);
    fclose(file);
}

static bool makes(const struct set *set, const char *what)
{
    return strstr(set->made, what);
}

static struct set *find_set(const char *name)
{
    for (int i = 0; i < set_count; i++)
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    cr_assert_fail("there is no set %s", name);
    return NULL;
}

static int count_making(const char *what)
{
    int count = 0;

    for (int i = 0; i < set_count; i++)
        count += makes(&sets[i], what);
    return count;
}

/* "'one', 'two'" of the words. */
static void add_list(struct text *list, const struct set *set, const char *quote, const char *between)
{
    for (int i = 0; i < set->words; i++)
        text_add_format(list, "%s%s%s%s", i > 0 ? between : "", quote, set->cells[i][0], quote);
}

static char *read_file(const char *name)
{
    struct text content = TEXT_EMPTY;
    char line[4000];
    char *path = text_format("%s/%s", SOURCES, name);
    FILE *file = fopen(path, "re");

    cr_assert(file, "%s", path);
    while (fgets(line, sizeof line, file))
        text_add(&content, line);
    fclose(file);
    free(path);
    return content.bytes;
}

TestSuite(words, .init = read_source);

Test(words, are_choices_in_c)
{
    static const struct {
        const char *set, *choices;
    } all[] = {
        {"permission", PERMISSION_CHOICES},
        {"scope", SCOPE_CHOICES},
        {"run_state", RUN_STATE_CHOICES},
        {"run_kind", RUN_KIND_CHOICES},
        {"run_via", RUN_VIA_CHOICES},
        {"run_end", RUN_END_CHOICES},
        {"script_kind", SCRIPT_KIND_CHOICES},
        {"script_api", SCRIPT_API_CHOICES},
        {"user_role", USER_ROLE_CHOICES},
        {"theme", THEME_CHOICES},
        {"principal_kind", PRINCIPAL_KIND_CHOICES},
        {"room_role", ROOM_ROLE_CHOICES},
        {"room_visibility", ROOM_VISIBILITY_CHOICES},
        {"notify", NOTIFY_CHOICES},
        {"sharing", SHARING_CHOICES},
        {"agent_kind", AGENT_KIND_CHOICES},
        {"agent_state", AGENT_STATE_CHOICES},
        {"provider_kind", PROVIDER_KIND_CHOICES},
        {"audit_outcome", AUDIT_OUTCOME_CHOICES},
        {"run_stream", RUN_STREAM_CHOICES},
        {"append_only", APPEND_ONLY_CHOICES},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct text list = TEXT_EMPTY;

        add_list(&list, find_set(all[i].set), "", "|");
        cr_expect_str_eq(all[i].choices, text_string(&list));
        text_free(&list);
    }
    cr_expect(sizeof all / sizeof *all == (size_t)count_making("choices"));
}

/* A row of text alone is an array of its columns. */
Test(words, are_rows_in_c)
{
    const struct {
        const char *set;
        const void *rows;
        size_t count, size;
    } all[] = {
        {"run_end", run_end_rows, RUN_END_COUNT, sizeof *run_end_rows},
        {"script_kind", script_kind_rows, SCRIPT_KIND_COUNT, sizeof *script_kind_rows},
        {"limit", limit_rows, LIMIT_COUNT, sizeof *limit_rows},
        {"sealed", sealed_rows, SEALED_COUNT, sizeof *sealed_rows},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct set *set = find_set(all[i].set);
        const char *const *cells = all[i].rows;

        cr_assert(all[i].count == (size_t)set->words && all[i].size == (size_t)(set->columns + 1) * sizeof *cells);
        for (int word = 0; word < set->words; word++)
            for (int column = 0; column <= set->columns; column++)
                cr_expect_str_eq(*cells++, set->cells[word][column]);
    }
    cr_expect(sizeof all / sizeof *all == (size_t)count_making("enum"));
    cr_expect_str_eq(run_end_rows[RUN_END_LOST].name, "lost");
    cr_expect_str_eq(sealed_rows[SEALED_MAPPING_ENTRY].name, "mapping.entry");
}

static void expect_names(const struct set *set)
{
    struct text function = TEXT_EMPTY;

    text_add_format(&function,
                    "create function %s_names() returns text[] language sql immutable parallel safe as $$\n    select "
                    "array[",
                    set->name);
    add_list(&function, set, "'", ", ");
    text_add(&function, "]\n");
    cr_expect(strstr(functions_text, text_string(&function)), "%s", text_string(&function));
    text_free(&function);
}

/* The word itself stands in the first place. */
static bool is_number(const struct set *set, int place)
{
    return place > 0 && set->numbers[place - 1];
}

static void expect_rows(const struct set *set)
{
    for (int word = 0; word < set->words; word++) {
        struct text row = TEXT_EMPTY;

        text_add_format(&row, "(%d", word + 1);
        for (int column = 0; column <= set->columns; column++)
            text_add_format(&row, is_number(set, column) ? ", %s" : ", '%s'", set->cells[word][column]);
        cr_expect(strstr(functions_text, text_string(&row)), "%s", text_string(&row));
        text_free(&row);
    }
}

Test(words, are_functions_in_sql)
{
    for (int i = 0; i < set_count; i++) {
        if (makes(&sets[i], "names"))
            expect_names(&sets[i]);
        if (makes(&sets[i], "rows"))
            expect_rows(&sets[i]);
    }
    cr_expect(count_making("names") > 0 && count_making("rows") > 0);
}

static void add_member(struct text *row, const struct set *set, int word, int column)
{
    const char *cell = set->cells[word][column + 1];

    text_add_format(row, "%s%s: ", column > 0 ? ", " : "", set->names[column]);
    if (set->flags[column])
        text_add(row, *cell ? "true" : "false");
    else
        text_add_format(row, set->numbers[column] ? "%s" : "\"%s\"", cell);
}

Test(words, are_objects_in_the_browser)
{
    char *script = read_file("htdocs/js/words.js");
    const char *at = script;

    for (int i = 0; i < set_count; i++)
        for (int word = 0; makes(&sets[i], "object") && word < sets[i].words; word++) {
            const char *quote = strchr(sets[i].cells[word][0], '.') ? "\"" : "";
            struct text row = TEXT_EMPTY;

            text_add_format(&row, "    %s%s%s: { ", quote, sets[i].cells[word][0], quote);
            for (int column = 0; column < sets[i].columns; column++)
                add_member(&row, &sets[i], word, column);
            text_add(&row, " },\n");
            at = strstr(at, text_string(&row));
            cr_assert(at, "in this order: %s", text_string(&row));
            text_free(&row);
        }
    free(script);
}

static int count_quoted(const char *line)
{
    int quotes = 0;

    for (; *line; line++)
        quotes += *line == '\'';
    return quotes / 2;
}

/* The line of the constraint has all the words, and no other. */
static void expect_check(const char *schema, const char *constraint, const char *name)
{
    const char *at = strstr(schema, constraint);
    const struct set *set = find_set(name);
    char *line;

    cr_assert(at, "%s", constraint);
    line = strndup(at, strcspn(at, "\n"));
    for (int i = 0; i < set->words; i++) {
        char *quoted = text_format("'%s'", set->cells[i][0]);

        cr_expect(strstr(line, quoted), "a migration must bring %s to %s", quoted, constraint);
        free(quoted);
    }
    cr_expect(count_quoted(line) == set->words, "there are other words in %s", line);
    free(line);
}

Test(words, are_those_that_the_tables_check)
{
    static const char *const checks[][2] = {
        {"runs_state_check", "run_state"},
        {"runs_via_check", "run_via"},
        {"runs_ended_by_check", "run_end"},
        {"scripts_kind_check", "script_kind"},
        {"scripts_api_check", "script_api"},
        {"api_tokens_scopes_check", "scope"},
        {"users_role_check", "user_role"},
        {"users_theme_check", "theme"},
        {"principals_kind_check", "principal_kind"},
        {"rooms_visibility_check", "room_visibility"},
        {"room_members_notify_check", "notify"},
        {"room_members_role_check", "room_role"},
        {"scripts_visibility_check", "sharing"},
        {"mappings_visibility_check", "sharing"},
        {"agents_kind_check", "agent_kind"},
        {"providers_kind_check", "provider_kind"},
        {"agents_desired_state_check", "agent_state"},
        {"audit_log_outcome_check", "audit_outcome"},
        {"run_output_stream_check", "run_stream"},
    };
    char *schema = read_file("sql/schema.sql");

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        expect_check(schema, checks[i][0], checks[i][1]);
    free(schema);
}

/* The array in the body of a function of the migrations, with single spaces: "'one', 'two'". */
static void add_body(struct text *list, const char *schema, const char *function)
{
    const char *at = strstr(schema, function);

    cr_assert(at);
    at = strstr(at, "array[") + strlen("array[");
    for (; *at != ']'; at++)
        if (*at != '\n' && !(*at == ' ' && (at[-1] == ' ' || at[-1] == '\n')))
            text_add_char(list, *at == ' ' ? ' ' : *at);
}

/* A default and a check of users call these, so they cannot be made of the source. */
Test(words, of_permissions_are_those_of_the_migrations)
{
    char *schema = read_file("sql/schema.sql");
    struct set *set = find_set("permission");
    const char *const functions[] = {"FUNCTION public.permission_names", "FUNCTION public.default_permissions"};

    for (int given = 0; given < 2; given++) {
        struct text body = TEXT_EMPTY, wanted = TEXT_EMPTY;

        add_body(&body, schema, functions[given]);
        cr_assert(body.bytes);
        for (int i = 0; i < set->words; i++)
            if (!given || *set->cells[i][3])
                text_add_format(&wanted, "%s'%s'", wanted.length > 0 ? "," : "", set->cells[i][0]);
        for (char *space; (space = strchr(body.bytes, ' ')); body.length--)
            memmove(space, space + 1, strlen(space));
        cr_expect_str_eq(text_string(&body), text_string(&wanted));
        text_free(&body);
        text_free(&wanted);
    }
    free(schema);
}

/* Every column whose name says that it is sealed is one that rotate-key knows, and the other way round. */
Test(words, name_every_sealed_column)
{
    char *schema = read_file("sql/schema.sql");
    struct set *set = find_set("sealed");
    char table[64] = "", column[64] = "";
    int found = 0;

    for (char *rest = schema, *line; (line = strsep(&rest, "\n"));) {
        bool is_known = false;
        char place[130];

        sscanf(line, "CREATE TABLE public.%63[a-z_]", table);
        if (sscanf(line, "    %63[a-z_] text", column) != 1 || !strstr(column, "sealed"))
            continue;
        snprintf(place, sizeof place, "%s.%s", table, column);
        for (int i = 0; i < set->words; i++)
            is_known = is_known || strcmp(set->cells[i][1], place) == 0;
        cr_expect(is_known, "%s", place);
        found++;
    }
    cr_expect(found == set->words);
    free(schema);
}

static char *generate(const char *mode, const char *source)
{
    struct text made = TEXT_EMPTY;
    char line[4000];
    char *command = text_format("awk -v mode=%s -f %s/lib/words/words.awk %s 2>&1", mode, SOURCES, source);
    FILE *pipe = popen(command, "re"); /* NOLINT(cert-env33-c): the command is this test's own */

    cr_assert(pipe);
    while (fgets(line, sizeof line, pipe))
        text_add(&made, line);
    pclose(pipe);
    free(command);
    return made.bytes ? made.bytes : strdup("");
}

static void write_source(char *path, const char *content)
{
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    cr_assert(file);
    fputs(content, file);
    fclose(file);
}

Test(words, are_added_by_a_line_of_the_source)
{
    static const char source[] = "[colour] choices list enum names rows object: label, warm?, wave#\n"
                                 "red | Red | yes | 700\nblue | It's \"Blue\" | | 450\n";
    static const char *const wanted[][2] = {
        {"header", "#define COLOUR_CHOICES \"red|blue\""},
        {"header", "    COLOUR_BLUE,\n    COLOUR_COUNT\n"},
        {"header", "#define COLOUR_LIST(X) \\\n    X(red, \"Red\", true, 700) \\\n    X(blue, \"It's \\\"Blue\\\"\", "
                   "false, 450)\n"},
        {"header", "    bool warm;\n    long long wave;\n"},
        {"source", "    {\"blue\", \"It's \\\"Blue\\\"\", false, 450},\n"},
        {"sql", "array['red', 'blue']"},
        {"sql", "(2, 'blue', 'It''s \"Blue\"', false, 450)"},
        {"sql", "warm boolean, wave bigint)"},
        {"js", "    blue: { label: \"It's \\\"Blue\\\"\", warm: false, wave: 450 },\n"},
        {"js", "warm: boolean, wave: number}"},
    };
    char path[] = "/tmp/coagent-words-XXXXXX";

    write_source(path, source);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char *made = generate(wanted[i][0], path);

        cr_expect(strstr(made, wanted[i][1]), "%s: %s", wanted[i][0], made);
        free(made);
    }
    unlink(path);
}

Test(words, that_are_wrong_are_refused_with_their_line)
{
    static const char *const wrong[][2] = {
        {"red | Red\n", ":1: a word before the first set"},
        {"[colour] choices: label\nred\n", ":2: expected 2 columns"},
        {"[colour] choices:\nred\nred\n", ":3: the word red is there twice"},
        {"[colour] choices:\nred\n[colour] names:\nred\n", ":3: the set colour is there twice"},
        {"[colour] paint:\nred\n", ":1: nothing is made as \"paint\""},
        {"[colour] choices: warm?\nred | perhaps\n", ":2: a flag is \"yes\" or empty"},
        {"[colour] choices: wave#\nred | 0700\n", ":2: a number has digits only, and no zero before them"},
        {"[colour] choices:\nRed\n", ":2: not a word: Red"},
        {"[colour] choices:\n[size] choices:\nbig\n", "the set colour has no words"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char path[] = "/tmp/coagent-words-XXXXXX";
        char *made;

        write_source(path, wrong[i][0]);
        made = generate("header", path);
        cr_expect(strstr(made, wrong[i][1]), "%s", made);
        free(made);
        unlink(path);
    }
}
