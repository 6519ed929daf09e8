#include "cron/script/folder.h"

#include "queries.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PATH, EXECUTABLE, HEX };

/* A row as a file. */
static bool read_file(const struct db *db, int row, struct sandbox_file *file)
{
    const char *hex = db_value(db, row, HEX);
    size_t length = db_length(db, row, HEX) / 2;
    unsigned char *bytes = malloc(length + 1);

    *file = (struct sandbox_file){.name = strdup(db_value(db, row, PATH)),
                                  .bytes = bytes,
                                  .length = length,
                                  .place = SANDBOX_WORK,
                                  .executable = db_value(db, row, EXECUTABLE)[0] == 't'};
    return file->name && bytes && sodium_hex2bin(bytes, length + 1, hex, 2 * length, NULL, NULL, NULL) == 0;
}

enum outcome folder_open(struct folder *folder, struct execution *execution, size_t count, struct text *why)
{
    bool done = true;

    *folder = (struct folder){NULL, 0};
    if (count == 0)
        return OUTCOME_OK;
    folder->files = calloc(count, sizeof *folder->files);
    if (!folder->files)
        abort();
    if (execution_ask(execution, &query_run_script_files, DB_VALUES(execution->id)) != OUTCOME_OK ||
        (size_t)db_rows(execution->db) != count)
        done = false;
    while (done && folder->count < count) {
        done = read_file(execution->db, (int)folder->count, &folder->files[folder->count]);
        folder->count++;
    }
    if (done)
        return OUTCOME_OK;
    text_add(why, "The files beside the script could not be read. They are removed with a script that is deleted.");
    return OUTCOME_FAILED;
}

void folder_close(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free((void *)(uintptr_t)folder->files[i].name);
        free((void *)(uintptr_t)folder->files[i].bytes);
    }
    free(folder->files);
}

const struct sandbox_file *folder_find(const struct folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->count; i++)
        if (strcmp(folder->files[i].name, name) == 0)
            return &folder->files[i];
    return NULL;
}

bool folder_has(const struct folder *folder, const char *name)
{
    return folder_find(folder, name) != NULL;
}
