#include "model/settings.h"

#include "queries.h"

#include <string.h>

enum outcome settings_get(struct db *db)
{
    return db_do(db, &query_setting_list, DB_NO_VALUES);
}

enum outcome settings_edit(struct db *db, const char *changes)
{
    return db_do(db, &query_setting_edit, DB_VALUES(changes));
}

/* Installers get it in their environment and in files that they read, whose quotes it must not end. */
enum outcome package_source_check(const char *address, struct text *why)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/[]%+=,";
    const char *host = strncmp(address, "https://", 8) == 0  ? address + 8
                       : strncmp(address, "http://", 7) == 0 ? address + 7
                                                             : NULL;

    if (strchr(address, '@')) {
        text_add(why,
                 "An address with a user name or password would be visible to every script that installs packages. "
                 "Use a mirror without a login that only a named network reaches.");
        return OUTCOME_INVALID;
    }
    if (host && *host && *host != '/' && *host != ':' && strspn(address, allowed) == strlen(address))
        return OUTCOME_OK;
    text_add(why, "Enter an address such as https://packages.example.org/simple, without spaces, \"?\" and \"#\".");
    return OUTCOME_INVALID;
}
