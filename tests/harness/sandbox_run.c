/* sandbox-run [--network REACH] FILE COMMAND [ARGUMENT...]: runs a command in a sandbox with a file that lies there as
 * /coagent/NAME, for tests that need other surroundings than a studio's runner. What it says is passed on; the last
 * line on stderr is how it ended. */
#include "base/text.h"
#include "cron/sandbox/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct sandbox_limits limits = {
    .wall_seconds = 60,
    .cpu_seconds = 30,
    .memory_mb = 256,
    .processes = 64,
    .disk_mb = 64,
    .file_mb = 64,
    .open_files = 256,
};

static bool read_file(const char *path, struct text *content)
{
    char bytes[4096];
    FILE *file = fopen(path, "re");
    size_t count;

    if (!file)
        return false;
    while ((count = fread(bytes, 1, sizeof bytes, file)) > 0)
        text_add_bytes(content, bytes, count);
    return fclose(file) == 0;
}

/* Answers the descriptor to go on with. */
static int pass_on(int from, int to)
{
    char bytes[4096];
    ssize_t count = read(from, bytes, sizeof bytes);

    return count > 0 && write(to, bytes, (size_t)count) == count ? from : -1;
}

static void follow(struct sandbox *sandbox)
{
    struct pollfd ends[] = {{sandbox->output, POLLIN, 0}, {sandbox->errors, POLLIN, 0}, {sandbox->control, POLLIN, 0}};

    while (ends[0].fd >= 0 || ends[1].fd >= 0 || ends[2].fd >= 0) {
        poll(ends, 3, -1);
        if (ends[0].revents)
            ends[0].fd = pass_on(ends[0].fd, STDOUT_FILENO);
        if (ends[1].revents)
            ends[1].fd = pass_on(ends[1].fd, STDERR_FILENO);
        if (ends[2].revents && sandbox_is_over(sandbox))
            ends[2].fd = -1;
    }
}

int main(int argc, char **argv)
{
    const char *reach = argc > 2 && strcmp(argv[1], "--network") == 0 ? argv[2] : NULL;
    struct text content = TEXT_EMPTY, why = TEXT_EMPTY;
    struct sandbox sandbox;

    argv += reach ? 3 : 1;
    if (argc < (reach ? 5 : 3) || !read_file(argv[0], &content)) {
        fprintf(stderr, "sandbox-run [--network REACH] FILE COMMAND: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    const char *slash = strrchr(argv[0], '/');
    const struct sandbox_file file = {slash ? slash + 1 : argv[0], content.bytes, content.length};
    const struct sandbox_spec spec = {
        .argv = (const char *const *)argv + 1,
        .files = &file,
        .file_count = 1,
        .limits = limits,
        .reach = reach,
    };

    if (sandbox_start(&sandbox, &spec, &why) != OUTCOME_OK) {
        fprintf(stderr, "not started: %s\n", text_string(&why));
    } else {
        follow(&sandbox);
        const struct sandbox_ending *ending = sandbox_end(&sandbox);

        fprintf(stderr, "%s %d %d\n", run_end_rows[ending->reason].name, ending->exit_code, ending->signal_number);
        sandbox_close(&sandbox);
    }
    text_free(&content);
    text_free(&why);
    return EXIT_SUCCESS;
}
