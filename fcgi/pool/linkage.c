#include "fcgi/pool/linkage.h"

#include "base/libraries.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Seen from the folder of coagent-fcgi: where it is installed, and where it is built. Both have the same name, so that
 * who looks for the pool's processes by name finds them. */
static const char *const places[] = {"../libexec/coagent/coagent-fcgi", "fcgi/coagent-fcgi"};

void linkage_prepare(char *const argv[])
{
    libraries_bind(argv);
}

void linkage_choose(char *const argv[], enum pool_kind kind)
{
    char own[PATH_MAX], path[2 * PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (kind != POOL_FAST || length <= 0)
        return;
    own[length] = '\0';
    *strrchr(own, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s/%s", own, places[i]);
        execv(path, argv);
    }
}

/* libpq brings all of these; a child talks to PostgreSQL over a connection that is open and not encrypted. */
static const char *const for_connecting[] = {
    "libssl",      "libgssapi_krb5", "libkrb5",      "libk5crypto", "libcom_err", "libldap",   "libkrb5support",
    "libkeyutils", "liblber",        "libsasl2",     "libgnutls",   "libp11-kit", "libidn2",   "libtasn1",
    "libnettle",   "libhogweed",     "libunistring", "libgmp",      "libffi",     "libresolv", NULL};

/* Passwords and the issuing of tokens. */
static const char *const for_logging_in[] = {"libjwt", "libjansson", "libb64", "libcrypto", "libcrypt", NULL};

void linkage_slim(enum pool_kind kind)
{
    libraries_withhold(for_connecting);
    if (kind == POOL_FAST)
        libraries_withhold(for_logging_in);
}
