#include "targets.h"

#include "base/config.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_settings(const char *bytes, size_t length)
{
    char path[64];
    char *environment[] = {NULL};
    struct config config;
    struct text why = TEXT_EMPTY;
    log_open("fuzz", LOG_LEVEL_ERROR);
    int file = memfd_create("settings", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes, length) != (ssize_t)length)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    enum outcome outcome = config_load_from(&config, path, environment, &why);
    if (outcome == OUTCOME_OK ? strlen(config.secret_key) < 32 || config.pool_slots < 1 : why.length == 0)
        abort();
    config_free(&config);
    text_free(&why);
    close(file);
}
