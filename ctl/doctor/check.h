/* The checks of coagentctl doctor: a table a domain, in the order in which they are made. Each looks at one thing that
 * goes wrong in practice and names the command that mends it. */
#ifndef COAGENT_CHECK_H
#define COAGENT_CHECK_H

#include "base/config.h"
#include "ctl/command.h"
#include "db/db.h"

#include <stdbool.h>
#include <sys/types.h>

enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_FAILED, VERDICT_SKIPPED };

/* The result of a check. */
struct finding {
    enum verdict verdict;
    struct text message; /* one sentence or two */
    struct text command; /* that mends it, for a shell of root; "" when nothing is to be done */
};

/* The subject of the checks. */
struct patient {
    const struct call *call;
    const struct config *config; /* NULL when the settings are not valid */
    const char *file;            /* of the settings, or NULL */
    struct db *db;               /* as the running program comes to it, or NULL */
    enum outcome connected;
    struct text why_not; /* there is no connection */
    uid_t uid;           /* whom the services run as: who owns the pool's socket, else SERVICE_USER, else the caller */
    gid_t gid;
};

enum { NEEDS_SETTINGS = 1, NEEDS_DATABASE = 2 };

struct check {
    const char *name;
    unsigned needs; /* what is missing skips it */
    void (*examine)(const struct patient *patient, struct finding *finding);
};

/* Each is ended by one without a name. */
extern const struct check settings_checks[], database_checks[], service_checks[], runner_checks[], machine_checks[];

/* Sets the result; the last call wins. */
void find(struct finding *finding, enum verdict verdict, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A command of these words, which are quoted where a shell needs it. After another one: both, with &&. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
void mend(struct finding *finding, const char *const words[]);

/* The same for a piece of shell. */
void mend_by(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Starting a part again: by RESTART_COMMAND, else as the machine does it. */
enum part { PART_POOL, PART_POOL_WAIT, PART_NCHAN, PART_NGINX, PART_POSTGRES, PART_CRON };
void mend_by_restart(const struct patient *patient, struct finding *finding, enum part part);

/* Another command of this program: "migrate". */
void mend_by_command(const struct patient *patient, struct finding *finding, const char *command);

/* A statement for PostgreSQL's superuser; database NULL: the program's own. */
void mend_by_sql(const struct patient *patient, struct finding *finding, const char *database, const char *statement);

/* Editing the settings, when only a person knows what is right. */
void mend_by_editing(const struct patient *patient, struct finding *finding);

/* The name of a user, or its number, into name, which is returned. */
#define USER_SIZE 64
const char *user_name(uid_t uid, char name[USER_SIZE]);

/* False when what was asked failed, which is then what was found: a schema that does not fit is the business of another
 * check, and skips this one. ask runs a statement of the doctor's. */
bool has_answered(const struct patient *patient, struct finding *finding, enum outcome outcome);
bool ask(const struct patient *patient, struct finding *finding, const struct db_statement *statement,
         const char *const values[]);

#endif
