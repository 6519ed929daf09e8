#include "cron/dispatch/origin.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note_file(struct origin_file *file, const char *path)
{
    *file = (struct origin_file){NULL, {0}};
    if (path && stat(path, &file->state) == 0)
        file->path = strdup(path);
}

void origin_note(struct origin *origin, const char *settings)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    program[length > 0 ? length : 0] = '\0';
    note_file(&origin->program, length > 0 ? program : NULL);
    note_file(&origin->settings, settings);
}

/* The time of its last change, which nobody can set, says when it was written or replaced. */
static bool file_has_changed(const struct origin_file *file)
{
    struct stat now;

    if (!file->path)
        return false;
    return stat(file->path, &now) != 0 || now.st_dev != file->state.st_dev || now.st_ino != file->state.st_ino ||
           now.st_ctim.tv_sec != file->state.st_ctim.tv_sec || now.st_ctim.tv_nsec != file->state.st_ctim.tv_nsec;
}

bool origin_has_changed(const struct origin *origin)
{
    return file_has_changed(&origin->program) || file_has_changed(&origin->settings);
}

void origin_free(struct origin *origin)
{
    free(origin->program.path);
    free(origin->settings.path);
    *origin = (struct origin){0};
}
