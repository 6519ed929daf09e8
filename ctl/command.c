#include "ctl/command.h"

#include "base/characters.h"

#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHOICES_MOST 16

void print_json(struct json_object *document)
{
    puts(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(document);
}

static void print_error(const char *message, enum exit_status status)
{
    struct json_object *document = json_object_new_object();
    struct json_object *error = json_object_new_object();

    json_object_object_add(error, "message", json_object_new_string(message));
    json_object_object_add(error, "status", json_object_new_int((int)status));
    json_object_object_add(document, "error", error);
    print_json(document);
}

/* A message of several lines, which contains text from elsewhere: nothing in it controls the terminal. */
static void print_visible(const char *message)
{
    struct text shown = TEXT_EMPTY;

    for (;;) {
        size_t length = strcspn(message, "\n");
        char *line = strndup(message, length);
        text_add_visible(&shown, line);
        text_add_char(&shown, '\n');
        free(line);
        if (message[length] == '\0')
            break;
        message += length + 1;
    }
    fprintf(stderr, "coagentctl: %s", text_string(&shown));
    text_free(&shown);
}

enum exit_status complain(const struct call *call, enum exit_status status, const char *format, ...)
{
    struct text message = TEXT_EMPTY;
    va_list arguments;

    va_start(arguments, format);
    text_add_vformat(&message, format, arguments);
    va_end(arguments);
    while (message.length > 0 && message.bytes[message.length - 1] == '\n')
        message.bytes[--message.length] = '\0';
    print_visible(text_string(&message));
    if (status == EXIT_USAGE)
        fprintf(stderr, "Try \"coagentctl %s%s--help\".\n", call->command ? call->command->name : "",
                call->command ? " " : "");
    if (call->json)
        print_error(text_string(&message), status);
    text_free(&message);
    return status;
}

static int describe(struct option options[CHOICES_MOST + 2], const struct choice choices[])
{
    int count = 0;

    for (; count < CHOICES_MOST && choices[count].name; count++)
        options[count] =
            (struct option){choices[count].name, choices[count].value ? required_argument : no_argument, NULL, 0};
    options[count] = (struct option){"json", no_argument, NULL, 0};
    options[count + 1] = (struct option){NULL, 0, NULL, 0};
    return count;
}

enum exit_status read_options(struct call *call, const struct choice choices[])
{
    struct option options[CHOICES_MOST + 2];
    int count = describe(options, choices);
    int which = 0;

    opterr = 0;
    for (int found; (found = getopt_long(call->argc, call->argv, "", options, &which)) != -1;) {
        if (found != 0)
            return complain(call, EXIT_USAGE, "\"%s\" is not an option of %s, or its value is invalid or missing",
                            call->argv[optind - 1], call->command->name);
        if (which == count)
            call->json = true;
        else if (choices[which].value)
            *choices[which].value = optarg;
        else
            *choices[which].flag = true;
    }
    call->operands = call->argc - optind;
    call->operand = call->argv + optind;
    if (call->operands > 0 && !call->command->operand)
        return complain(call, EXIT_USAGE, "%s does not take the argument \"%s\"", call->command->name,
                        call->operand[0]);
    return EXIT_DONE;
}

enum outcome connect_database(struct db **db, const char *url, enum db_preparation preparation, struct text *why)
{
    enum outcome outcome = db_open(db, url, preparation, 0, why);
    struct passwd *service = outcome == OUTCOME_AWAY && geteuid() == 0 ? getpwnam(SERVICE_USER) : NULL;
    struct text again = TEXT_EMPTY;

    if (service && seteuid(service->pw_uid) == 0) {
        if (db_open(db, url, preparation, 0, &again) == OUTCOME_OK) {
            outcome = OUTCOME_OK;
            text_clear(why);
        }
        if (seteuid(0) != 0)
            abort(); /* nothing after this may run as somebody else than it believes */
    }
    text_free(&again);
    return outcome;
}

enum exit_status command_open(const struct call *call, const char *url, enum db_preparation preparation, struct db **db)
{
    struct text why = TEXT_EMPTY;
    enum exit_status status = EXIT_DONE;

    if (connect_database(db, url, preparation, &why) != OUTCOME_OK)
        status = complain(call, EXIT_DATABASE, "no connection to PostgreSQL: %s", text_string(&why));
    text_free(&why);
    return status;
}
