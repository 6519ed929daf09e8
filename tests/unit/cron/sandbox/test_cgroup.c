#include "cron/sandbox/cgroup.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder that looks as the kernel's file system of cgroups does; what is written to it stays to be read. */
static char mount[] = "/tmp/coagent-cgroup-XXXXXX";
static const struct sandbox_limits limits = {.memory_mb = 100, .disk_mb = 20, .processes = 10};

static void put(const char *name, const char *content)
{
    char path[256];
    int fd;

    snprintf(path, sizeof path, "%s/%s", mount, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    cr_assert_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
}

static void make(const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", mount, name);
    cr_assert_eq(mkdir(path, 0755), 0);
}

static void expect(const char *name, const char *content)
{
    char path[256], found[256] = "";
    int fd;

    snprintf(path, sizeof path, "%s/%s", mount, name);
    fd = open(path, O_RDONLY);
    cr_assert_geq(fd, 0, "%s", name);
    cr_assert_geq(read(fd, found, sizeof found - 1), 0);
    close(fd);
    cr_expect_str_eq(found, content, "%s", name);
}

static void set(void)
{
    cr_assert_not_null(mkdtemp(mount));
    make("scope");
    put("scope/cgroup.controllers", "cpu io memory pids\n");
    put("scope/cgroup.subtree_control", "");
}

static int remove_one(const char *path, const struct stat *state, int kind, struct FTW *place)
{
    (void)state, (void)kind, (void)place;
    return remove(path);
}

static void clear(void)
{
    cr_expect_eq(nftw(mount, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

TestSuite(sandbox_cgroup, .init = set, .fini = clear);

/* The folder of a run with the files that the kernel would make in it. */
static void make_run(const char *folder)
{
    static const char *const files[] = {"memory.max", "memory.swap.max", "memory.oom.group",
                                        "pids.max",   "cpu.max",         "cgroup.procs"};
    char name[96];

    make(folder);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "%s/%s", folder, files[i]);
        put(name, "");
    }
}

Test(sandbox_cgroup, steps_aside_and_divides)
{
    char pid[16];

    make("scope/runner");
    put("scope/runner/cgroup.procs", "");
    cr_expect(cgroup_divide(mount, "1:name=systemd:/elsewhere\n0::/scope\n"));
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    expect("scope/runner/cgroup.procs", pid);
}

Test(sandbox_cgroup, leaves_one_alone_that_is_not_its_own)
{
    put("scope/cgroup.controllers", "hugetlb\n");
    cr_expect_not(cgroup_divide(mount, "0::/scope\n"), "no controllers");
    cr_expect_not(cgroup_divide(mount, "0::/absent\n"));
    cr_expect_not(cgroup_divide(mount, "4:memory:/scope\n"), "version 1");
    cr_expect_not(cgroup_divide(mount, ""));
}

Test(sandbox_cgroup, is_content_when_it_has_been_divided)
{
    cr_expect(cgroup_divide(mount, "0::/scope/runner\n"));
}

Test(sandbox_cgroup, limits_a_run)
{
    char folder[64], name[160];
    char *path;

    put("scope/cgroup.subtree_control", "cpu memory pids\n");
    snprintf(folder, sizeof folder, "scope/run-%d-5", (int)getpid());
    make_run(folder);
    path = cgroup_make(mount, "0::/scope/runner\n", 5, &limits);
    cr_assert_not_null(path);
    snprintf(name, sizeof name, "%s/memory.max", folder);
    expect(name, "192937984");
    snprintf(name, sizeof name, "%s/memory.swap.max", folder);
    expect(name, "0");
    snprintf(name, sizeof name, "%s/pids.max", folder);
    expect(name, "74");

    int entrance = cgroup_entrance(path);

    cr_expect_geq(entrance, 0);
    close(entrance);
    cr_expect_not(cgroup_ran_out(path));
    snprintf(name, sizeof name, "%s/memory.events", folder);
    put(name, "low 0\nmax 12\noom 1\noom_kill 0\noom_group_kill 0\n");
    cr_expect_not(cgroup_ran_out(path));
    put(name, "low 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 1\n");
    cr_expect(cgroup_ran_out(path));
    cgroup_remove(path);
}

Test(sandbox_cgroup, is_none_where_it_cannot_limit)
{
    cr_expect_null(cgroup_make(mount, "0::/scope\n", 1, &limits), "not divided");
    cr_expect_null(cgroup_make(mount, "0::/scope/runner\n", 1, &limits), "nothing handed down");
    put("scope/cgroup.subtree_control", "cpu memory pids\n");
    cr_expect_null(cgroup_make(mount, "0::/scope/runner\n", 1, &limits), "no files to limit with");
    cr_expect_null(cgroup_make(mount, "", 1, &limits));
    cgroup_remove(NULL);
}

Test(sandbox_cgroup, removes_those_of_dead_executors)
{
    char dead[64], alive[64], path[256];
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    snprintf(dead, sizeof dead, "scope/run-%d-3", (int)child);
    snprintf(alive, sizeof alive, "scope/run-%d-3", (int)getppid());
    make(dead);
    make(alive);
    cgroup_make(mount, "0::/scope/runner\n", 1, &limits);
    snprintf(path, sizeof path, "%s/%s", mount, dead);
    cr_expect_neq(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/%s", mount, alive);
    cr_expect_eq(access(path, F_OK), 0);
}
