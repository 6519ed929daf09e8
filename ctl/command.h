/* The commands of coagentctl: one file each, listed in main.c. */
#ifndef COAGENT_COMMAND_H
#define COAGENT_COMMAND_H

#include "base/config.h"
#include "db/db.h"

#include <json-c/json.h>
#include <stdbool.h>

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,   /* it did not work, or not everything is as it should be */
    EXIT_USAGE = 2,    /* the command line is wrong */
    EXIT_SETTINGS = 3, /* the settings are not valid */
    EXIT_DATABASE = 4, /* PostgreSQL cannot be reached */
};

/* One call of a command: struct command says what it may rely on. */
struct call {
    const struct command *command;
    const char *program;         /* as it is to be called again: "coagentctl", or its path */
    const struct config *config; /* NULL when the settings are not valid and the command does without */
    const char *trouble;         /* what is not right about them, one line each, or "" */
    bool json;                   /* --json: the standard output is one JSON document, also when it fails */
    int operands;                /* after read_options: what stands behind the options */
    char **operand;
    int argc;
    char **argv; /* argv[0] is the command's name */
};

struct command {
    const char *name;
    const char *summary;   /* one line for coagentctl --help */
    const char *help;      /* all of <command> --help */
    bool without_settings; /* also runs when the settings are not valid */
    const char *operand;   /* what its operands are, "a name"; NULL: it takes none */
    /* Says on stderr what is wrong, and on stdout what was done. */
    enum exit_status (*run)(struct call *call);
};

extern const struct command command_create_admin, command_doctor, command_make_certificate, command_migrate,
    command_rotate_key, command_status, command_trust_proxies;

/* A long option: with a value, or a flag. A list is ended by one without a name. --json is known everywhere. */
struct choice {
    const char *name;
    const char **value; /* NULL: it is a flag */
    bool *flag;
};

/* Reads the options and operands of the call. Complains itself: EXIT_USAGE, else EXIT_DONE. */
enum exit_status read_options(struct call *call, const struct choice choices[]);

/* Tells why it did not work, as "coagentctl: <sentence>" on stderr and with --json as {"error": {"message", "status"}}
 * on stdout; answers the status. For EXIT_USAGE it points to the help. */
enum exit_status complain(const struct call *call, enum exit_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One JSON document on stdout. Takes ownership. */
void print_json(struct json_object *document);

/* A connection with no time limit on statements; DB_PREPARE_USED for what calls functions of this version,
 * DB_WITHOUT_FUNCTIONS for what looks at the schema. Root, whom PostgreSQL's peer authentication may not know, comes as
 * the service's own user then. The outcomes of db_open. */
enum outcome connect_database(struct db **db, const char *url, enum db_preparation preparation, struct text *why);

/* The same for a command that can do nothing without: complains itself (EXIT_DATABASE). */
enum exit_status command_open(const struct call *call, const char *url, enum db_preparation preparation,
                              struct db **db);

/* The user that the services run as, when they are not running: SERVICE_USER in Debian's package and in ./studio. */
#define SERVICE_USER "coagent"

#endif
