#include "cron/sandbox/tree.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define KIBIBYTE 1024

/* One process, as far as its status tells. */
struct process {
    pid_t pid;
    bool inside;  /* of the command: in the process namespace that bubblewrap made */
    bool is_init; /* there: bubblewrap's own */
    long tasks;
    int64_t anonymous; /* bytes */
    int64_t shared;
    int64_t tables; /* of its pages: much address space that is only read takes nothing else */
};

bool tree_open(struct tree *tree)
{
    *tree = (struct tree){.proc = opendir("/proc")};
    return tree->proc != NULL;
}

/* The whole of a file of /proc/PID, as far as it fits; false when the process has gone. */
static bool slurp(const struct tree *tree, pid_t pid, const char *name, char *content, size_t size)
{
    char path[64];
    ssize_t length = 0, count = 0;

    snprintf(path, sizeof path, "%d/%s", (int)pid, name);
    int fd = openat(dirfd(tree->proc), path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    while ((size_t)length < size - 1 && (count = read(fd, content + length, size - 1 - (size_t)length)) > 0)
        length += count;
    close(fd);
    content[length] = '\0';
    return length > 0;
}

/* The number after a line's name; 0 when there is no such line. */
static int64_t field(const char *content, const char *name)
{
    const char *line = strstr(content, name);

    return line ? strtoll(line + strlen(name), NULL, 10) : 0;
}

/* "NSpid:  12  2": its number here, and in each namespace below. A process may choose its name, which stands before,
 * but no line's end in it. */
static void read_levels(const char *status, struct process *process)
{
    const char *line = strstr(status, "\nNSpid:");
    char *end;

    if (!line)
        return;
    line += sizeof "\nNSpid:" - 1;
    strtol(line, &end, 10);
    if (*end == '\t') {
        long below = strtol(end, NULL, 10);

        process->inside = true;
        process->is_init = below == 1;
    }
}

static bool read_process(const struct tree *tree, pid_t pid, struct process *process)
{
    char status[4096];

    *process = (struct process){.pid = pid};
    if (!slurp(tree, pid, "status", status, sizeof status))
        return false;
    read_levels(status, process);
    process->tasks = (long)field(status, "\nThreads:");
    process->anonymous = field(status, "\nRssAnon:") * KIBIBYTE;
    process->shared = field(status, "\nRssShmem:") * KIBIBYTE;
    process->tables = field(status, "\nVmPTE:") * KIBIBYTE;
    return true;
}

static void list_add(struct tree_list *list, const struct tree_process *process)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->items = reallocarray(list->items, list->capacity, sizeof *list->items);
        if (!list->items)
            abort();
    }
    list->items[list->count++] = *process;
}

/* Notes its own time and that of the children it has waited for. After the name, which may hold anything, come the
 * fields from the third on; the times are the 14th to the 17th, the start is the 22nd. */
static void note_cpu(struct tree *tree, pid_t pid)
{
    struct tree_process process = {.pid = pid};
    char stat[1024];
    char *next;

    if (!slurp(tree, pid, "stat", stat, sizeof stat) || !(next = strrchr(stat, ')')))
        return;
    for (int skipped = 0; skipped < 12 && next; skipped++)
        next = strchr(next + 1, ' ');
    if (!next)
        return;
    process.own = strtoll(next, &next, 10);
    process.own += strtoll(next, &next, 10);
    process.children = strtoll(next, &next, 10);
    process.children += strtoll(next, &next, 10);
    for (int skipped = 0; skipped < 5 && next; skipped++)
        next = strchr(next + 1, ' ');
    process.start = next ? strtoll(next, NULL, 10) : 0;
    list_add(&tree->next, &process);
}

/* Whoever has vanished was waited for, then a parent has its time now; or not, then nobody has it. What the parents
 * gained tells how much is lost at least. Answers the ticks of all. */
static int64_t sum_cpu(struct tree *tree)
{
    const struct tree_list *seen = &tree->seen, *now = &tree->next;
    int64_t vanished = 0, gained = 0, sum = 0;
    size_t i = 0;

    for (size_t j = 0; j < now->count; j++) {
        const struct tree_process *process = &now->items[j];

        sum += process->own + process->children;
        for (; i < seen->count && seen->items[i].pid < process->pid; i++)
            vanished += seen->items[i].own + seen->items[i].children;
        if (i < seen->count && seen->items[i].pid == process->pid && seen->items[i].start == process->start)
            gained += process->children - seen->items[i++].children;
    }
    for (; i < seen->count; i++)
        vanished += seen->items[i].own + seen->items[i].children;
    if (vanished > gained)
        tree->lost += vanished - gained;
    return sum + tree->lost;
}

static int64_t take_cpu_ms(struct tree *tree)
{
    int64_t ticks = sum_cpu(tree);
    struct tree_list done = tree->seen;

    tree->seen = tree->next;
    tree->next = done;
    tree->next.count = 0;
    return ticks * 1000 / sysconf(_SC_CLK_TCK);
}

static bool next_process(struct tree *tree, struct process *process)
{
    struct dirent *entry;

    while ((entry = readdir(tree->proc))) {
        long pid = strtol(entry->d_name, NULL, 10);

        if (pid > 1 && read_process(tree, (pid_t)pid, process) && process->inside)
            return true;
    }
    return false;
}

/* Each page divided by those who share it: what the kernel must walk the page tables for. */
static int64_t exact_memory(struct tree *tree, int64_t file_bytes)
{
    struct process process;
    char rollup[2048];
    int64_t anonymous = 0, shared = 0;

    rewinddir(tree->proc);
    while (next_process(tree, &process)) {
        if (slurp(tree, process.pid, "smaps_rollup", rollup, sizeof rollup)) {
            anonymous += field(rollup, "\nPss_Anon:") * KIBIBYTE + process.tables;
            shared += field(rollup, "\nPss_Shmem:") * KIBIBYTE;
        }
    }
    return anonymous + (shared > file_bytes ? shared - file_bytes : 0);
}

struct tree_use tree_measure(struct tree *tree, int64_t most, int64_t file_bytes)
{
    struct tree_use use = {0};
    struct process process;

    rewinddir(tree->proc);
    while (next_process(tree, &process)) {
        note_cpu(tree, process.pid);
        use.memory += process.anonymous + process.shared + process.tables;
        use.tasks += process.is_init ? 0 : process.tasks;
    }
    use.cpu_ms = take_cpu_ms(tree);
    if (use.memory > most)
        use.memory = exact_memory(tree, file_bytes);
    return use;
}

void tree_signal(struct tree *tree, int signal_number)
{
    struct process process;

    rewinddir(tree->proc);
    while (next_process(tree, &process))
        if (!process.is_init)
            kill(process.pid, signal_number);
}
