#include "trial.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NOBODY 65534
#define VANISH_MS 5000

void trial_set(struct trial *trial)
{
    *trial = (struct trial){
        .spec.limits = {.wall_seconds = 120,
                        .cpu_seconds = 10,
                        .memory_mb = 128,
                        .processes = 32,
                        .disk_mb = 16,
                        .file_mb = 16,
                        .open_files = 64},
        .argv = {"bash", "-c"},
    };
    if (geteuid() == 0)
        cr_assert(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0 &&
                  prctl(PR_SET_DUMPABLE, 1) == 0); /* as after an exec: its own /proc is its own */
}

void trial_start(struct trial *trial, const char *line)
{
    struct text why = TEXT_EMPTY;

    trial->argv[2] = line;
    trial->spec.argv = trial->argv;
    cr_assert_eq(sandbox_start(&trial->sandbox, &trial->spec, &why), OUTCOME_OK, "%s", text_string(&why));
    text_free(&why);
}

/* Answers the descriptor to go on with: -1 at the end. */
static int take(int fd, struct text *text)
{
    char bytes[4096];
    ssize_t count = read(fd, bytes, sizeof bytes);

    if (count > 0)
        text_add_bytes(text, bytes, (size_t)count);
    return count > 0 ? fd : -1;
}

void trial_read_line(struct trial *trial)
{
    struct pollfd end = {trial->sandbox.output, POLLIN, 0};

    while (!strchr(text_string(&trial->output), '\n') && end.fd >= 0) {
        poll(&end, 1, -1);
        end.fd = take(end.fd, &trial->output);
    }
}

void trial_finish(struct trial *trial)
{
    struct pollfd ends[] = {
        {trial->sandbox.output, POLLIN, 0}, {trial->sandbox.errors, POLLIN, 0}, {trial->sandbox.control, POLLIN, 0}};

    while (ends[0].fd >= 0 || ends[1].fd >= 0 || ends[2].fd >= 0) {
        poll(ends, 3, -1);
        if (ends[0].revents)
            ends[0].fd = take(ends[0].fd, &trial->output);
        if (ends[1].revents)
            ends[1].fd = take(ends[1].fd, &trial->errors);
        if (ends[2].revents && sandbox_is_over(&trial->sandbox))
            ends[2].fd = -1;
    }
    trial->ending = *sandbox_end(&trial->sandbox);
}

void trial_run(struct trial *trial, const char *line, enum run_end_word reason)
{
    trial_start(trial, line);
    trial_finish(trial);
    cr_expect_eq(trial->ending.reason, reason, "%s for \"%s\", which said: %s", run_end_rows[trial->ending.reason].name,
                 line, text_string(&trial->errors));
}

void trial_clear(struct trial *trial)
{
    sandbox_close(&trial->sandbox);
    text_free(&trial->output);
    text_free(&trial->errors);
}

static bool says(const char *pid, const char *word)
{
    char path[64], line[4096];
    ssize_t length;
    int fd;

    snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
    if ((fd = open(path, O_RDONLY)) < 0)
        return false;
    length = read(fd, line, sizeof line);
    close(fd);
    return length > 0 && memmem(line, (size_t)length, word, strlen(word));
}

int trial_processes(const char *word)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    int count = 0;

    while ((entry = readdir(proc)))
        count += strtol(entry->d_name, NULL, 10) > 0 && says(entry->d_name, word);
    closedir(proc);
    return count;
}

bool trial_vanish(const char *word)
{
    int64_t until = clock_monotonic_ms() + VANISH_MS;

    while (trial_processes(word) > 0)
        if (clock_monotonic_ms() > until || poll(NULL, 0, 10) < 0)
            return false;
    return true;
}
