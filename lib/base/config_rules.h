/* The rules about settings that are more than a range; used by config.c only. Each adds a line to why for what is
 * wrong and says what to do. */
#ifndef COAGENT_CONFIG_RULES_H
#define COAGENT_CONFIG_RULES_H

#include "config.h"
#include "text.h"

/* The origins of a JSON list or a comma-separated one, in the form that browsers send; NULL-terminated. */
char **cors_origins_parse(const char *list, struct text *why);
void cors_origins_free(char **origins);

/* Checks what was read as a whole, and brings COOKIE_SAMESITE, PUBLIC_URL and TRUSTED_PROXIES into their one form. */
void config_check(struct config *config, struct text *why);

#endif
