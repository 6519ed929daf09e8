#include "cron/run/slim.h"

#include "base/libraries.h"

#include <stddef.h>

/* An executor of a script speaks to PostgreSQL and nchan, seals and reads JSON; libpq needs OpenSSL for passwords,
 * should it have to connect again. */
#define OF_EXECUTORS "libpq", "libssl", "libcrypto", "libsodium", "libjson"

void slim_executors(void)
{
    static const char *const needed[] = {OF_EXECUTORS, "libseccomp", NULL};

    libraries_withhold_but(needed);
}

void slim_nothing(void)
{
    libraries_release();
}

/* By name: what the executor itself has not inherited cannot be looked at here. */
void slim_keepers(void)
{
    static const char *const spare[] = {OF_EXECUTORS, NULL};

    libraries_withhold(spare);
}
