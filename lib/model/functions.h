/* The functions of this version (sql/functions), in a schema of their own: db_functions. Nothing that is in use is ever
 * replaced, so an older program goes on with its own. */
#ifndef COAGENT_FUNCTIONS_H
#define COAGENT_FUNCTIONS_H

#include "base/outcome.h"
#include "base/text.h"
#include "db/db.h"

/* Generated: all functions as one script, the grants of the program, and what takes over a database of before. */
extern const char functions_text[];
extern const char grants_text[];
extern const char adopt_text[];

/* Brings the functions of this version, if they are not there, and the grants; in one transaction, as the owner of the
 * schema, after the migrations. Safe to run again, and from two hosts at once. why says what was wrong. */
enum outcome functions_apply(struct db *db, const char *version, struct text *why);

/* Whether they are there. CONFLICT with a sentence in why when they are not. */
enum outcome functions_compare(struct db *db, struct text *why);

#endif
