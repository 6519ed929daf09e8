#include "cron/store/copy.h"

#include "../sandbox/trial.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define RACES 400

static char base[] = "/tmp/copy-XXXXXX";
static int from, to, outside;
static struct copy_bounds bounds;
static struct copy_count count;

static int make_folder(const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "%s/%s", base, name);
    cr_assert_eq(mkdir(path, 0755), 0);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A file that only root may read, where root starts the tests. */
static void make_foreign(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/foreign", base);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

/* No mode stops root: then the tests become nobody. */
static void set(void)
{
    struct trial user;

    cr_assert(mkdtemp(base));
    if (geteuid() == 0) {
        make_foreign();
        cr_assert_eq(chown(base, NOBODY, NOBODY), 0);
    }
    trial_set(&user);
    from = make_folder("from");
    to = make_folder("to");
    outside = make_folder("outside");
    cr_assert(from >= 0 && to >= 0 && outside >= 0);
    bounds = (struct copy_bounds){.bytes = 1 << 20, .entries = 1000, .depth = 16};
}

/* In base. */
static void shell(const char *words)
{
    char command[4096];

    snprintf(command, sizeof command, "cd %s && %s", base, words);
    cr_assert_eq(system(command), 0, "%s", command); /* NOLINT(cert-env33-c): a test's own words */
}

static void clear(void)
{
    shell("{ chmod -R u+rwx . 2>/dev/null; rm -rf \"$PWD\"; }");
}

TestSuite(store_copy, .init = set, .fini = clear, .timeout = 180);

/* Fills from. */
static void fill(const char *words)
{
    char command[4096];

    snprintf(command, sizeof command, "cd from && %s", words);
    shell(command);
}

static void put(int folder, const char *name, const char *content, mode_t mode)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    cr_assert(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content) && fchmod(fd, mode) == 0);
    close(fd);
}

static struct stat state_of(int folder, const char *name)
{
    struct stat state = {.st_mode = 0};

    cr_assert_eq(fstatat(folder, name, &state, AT_SYMLINK_NOFOLLOW), 0, "%s: %s", name, strerror(errno));
    return state;
}

static bool has(int folder, const char *name)
{
    struct stat state;

    return fstatat(folder, name, &state, AT_SYMLINK_NOFOLLOW) == 0;
}

static char *content_of(int folder, const char *name)
{
    static char content[256];
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, content, sizeof content - 1);

    cr_assert_geq(length, 0, "%s", name);
    content[length] = '\0';
    close(fd);
    return content;
}

static void expect(enum outcome outcome)
{
    enum outcome got = copy_tree(from, to, &bounds, &count);

    cr_expect_eq(got, outcome, "%s, not %s: %s", outcome_name(got), outcome_name(outcome), strerror(errno));
}

Test(store_copy, copies_files_folders_and_links)
{
    fill("mkdir -p a/b empty && echo one >a/b/f && : >none && echo x >.hidden && echo y >'ä b' && "
         "printf '#!' >run && chmod 0750 run && chmod 4711 .hidden && chmod 0600 'ä b' && "
         "ln -s a/b/f link && ln -s /etc/passwd out && ln -s nowhere broken && touch -d 2001-02-03T04:05:06Z a/b/f a");
    umask(077);
    expect(OUTCOME_OK);

    cr_expect_str_eq(content_of(to, "a/b/f"), "one\n");
    cr_expect_eq(state_of(to, "none").st_size, 0);
    cr_expect_eq(state_of(to, "empty").st_mode, S_IFDIR | 0755);
    cr_expect_eq(state_of(to, "a/b").st_mode, S_IFDIR | 0755);
    cr_expect_eq(state_of(to, "a/b/f").st_mode, S_IFREG | 0644);
    cr_expect_eq(state_of(to, "run").st_mode, S_IFREG | 0755);
    cr_expect_eq(state_of(to, ".hidden").st_mode, S_IFREG | 0755);
    cr_expect_eq(state_of(to, "ä b").st_mode, S_IFREG | 0644);
    cr_expect_eq(state_of(to, "a/b/f").st_mtim.tv_sec, 981173106);
    cr_expect_eq(state_of(to, "a").st_mtim.tv_sec, 981173106);
    cr_expect_eq(count.entries, 11);
    cr_expect_eq(count.skipped, 0);
    cr_expect_eq(count.bytes, 4 + 2 + 2 + 2 +
                                  (int64_t)strlen("a/b/f"
                                                  "/etc/passwd"
                                                  "nowhere"));
}

Test(store_copy, copies_links_without_looking_behind_them)
{
    char target[64] = "";

    fill("ln -s /etc secret && mkdir d && ln -s ../../outside d/up && ln -s loop loop");
    put(outside, "f", "outside", 0644);
    expect(OUTCOME_OK);

    cr_expect_eq(readlinkat(to, "d/up", target, sizeof target - 1), 13);
    cr_expect_str_eq(target, "../../outside");
    cr_expect_eq(state_of(to, "secret").st_mode & S_IFMT, S_IFLNK);
    cr_expect_eq(state_of(to, "loop").st_mode & S_IFMT, S_IFLNK);
    cr_expect_eq(count.entries, 4);
}

Test(store_copy, skips_pipes_and_sockets_without_waiting)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/from/socket", base);
    cr_assert_eq(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    fill("mkfifo pipe && mkdir d && mkfifo d/pipe && echo x >f");
    expect(OUTCOME_OK);

    cr_expect_eq(count.skipped, 3);
    cr_expect_eq(count.entries, 2);
    cr_expect(has(to, "f") && !has(to, "pipe") && !has(to, "socket") && !has(to, "d/pipe"));
    close(listener);
}

Test(store_copy, opens_what_a_mode_has_closed)
{
    fill("mkdir -p d/e && echo x >d/e/f && chmod 0 d/e/f d/e d && echo y >g && chmod 0200 g");
    cr_assert_eq(fchmod(from, 0), 0);
    expect(OUTCOME_OK);
    cr_expect_str_eq(content_of(to, "d/e/f"), "x\n");
    cr_expect_str_eq(content_of(to, "g"), "y\n");
    cr_expect_eq(count.skipped, 0);
}

Test(store_copy, takes_a_folder_that_is_only_named)
{
    int held = openat(from, ".", O_PATH | O_CLOEXEC);

    fill("echo x >f");
    cr_assert_eq(fchmod(from, 0), 0);
    cr_expect_eq(copy_tree(held, to, &bounds, &count), OUTCOME_OK);
    cr_expect_str_eq(content_of(to, "f"), "x\n");
    close(held);
}

Test(store_copy, skips_what_another_user_has_closed)
{
    char path[64];

    snprintf(path, sizeof path, "%s/foreign", base);
    if (access(path, F_OK) != 0)
        return; /* started as an ordinary user, who cannot make it */
    fill("echo x >f && mv ../foreign .");
    expect(OUTCOME_OK);
    cr_expect_eq(count.skipped, 1);
    cr_expect(has(to, "f") && !has(to, "foreign"));
}

Test(store_copy, copies_no_more_bytes_than_the_bounds)
{
    bounds.bytes = 300000;
    fill("head -c 299990 /dev/zero >a && ln -s 0123456789 b");
    expect(OUTCOME_OK);
    cr_expect_eq(count.bytes, 300000);

    bounds.bytes--;
    shell("rm -rf to/*");
    expect(OUTCOME_LIMITED);
    cr_expect_leq(count.bytes, bounds.bytes);
}

Test(store_copy, stops_at_the_bounds_of_a_file_with_holes)
{
    fill("truncate -s 8G huge");
    expect(OUTCOME_LIMITED);
    cr_expect_leq(state_of(to, "huge").st_size, bounds.bytes);
}

Test(store_copy, counts_each_entry)
{
    fill("mkdir d && mkfifo p && for i in $(seq 998); do : >d/$i; done");
    expect(OUTCOME_OK);
    cr_expect_eq(count.entries, 999);
    cr_expect_eq(count.skipped, 1);

    fill("ln -s x d/more");
    shell("rm -rf to/*");
    expect(OUTCOME_LIMITED);
    cr_expect_eq(count.entries + count.skipped, 1000);
}

Test(store_copy, goes_no_deeper_than_the_bounds)
{
    bounds.depth = 3;
    fill("mkdir -p a/b && echo x >a/b/f");
    expect(OUTCOME_OK);
    cr_expect(has(to, "a/b/f"));

    fill("mkdir a/b/c");
    shell("rm -rf to/*");
    expect(OUTCOME_LIMITED);
    cr_expect(!has(to, "a/b/c"));
}

Test(store_copy, has_an_end_where_folders_have_none)
{
    fill("for i in $(seq 2000); do mkdir d && cd d; done");
    bounds.depth = 64;
    expect(OUTCOME_LIMITED);
    cr_expect_eq(count.entries, 63);
}

static bool go_on(void *context)
{
    return ++*(int *)context < 5;
}

Test(store_copy, asks_on_the_way_whether_to_go_on)
{
    int calls = 0;

    bounds.go_on = go_on;
    bounds.context = &calls;
    bounds.bytes = 1 << 24;
    fill("head -c 8000000 /dev/zero >a");
    expect(OUTCOME_DENIED);
    cr_expect_eq(calls, 5);
    cr_expect_lt(count.bytes, 8000000);
}

/* What is there already is never written over, and no link in to is followed. */
Test(store_copy, refuses_a_folder_that_is_not_empty)
{
    fill("echo x >f");
    cr_assert_eq(symlinkat("../outside/f", to, "f"), 0);
    expect(OUTCOME_FAILED);
    cr_expect_eq(errno, EEXIST);
    cr_expect(!has(outside, "f"));
}

static bool write_proc(const char *path, const char *line)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);

    close(fd);
    return written;
}

static bool enter_namespaces(void)
{
    char users[64], groups[64];

    snprintf(users, sizeof users, "%u %u 1\n", geteuid(), geteuid());
    snprintf(groups, sizeof groups, "%u %u 1\n", getegid(), getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_proc("/proc/self/uid_map", users) &&
           write_proc("/proc/self/setgroups", "deny") && write_proc("/proc/self/gid_map", groups);
}

/* In a child, which may mount: root of namespaces of its own, and a process without threads. */
static void copy_with_mount(const char *name, enum outcome outcome, int error, size_t skipped)
{
    pid_t child = fork();
    char path[64];
    int status;

    snprintf(path, sizeof path, "%s/%s", base, name);
    if (child == 0) {
        if (!enter_namespaces() || mount("small", path, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") != 0)
            _exit(1);
        from = open("from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        to = open("to", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        errno = 0;
        _exit(copy_tree(from, to, &bounds, &count) != outcome ? 2
              : errno != error                                ? 3
              : count.skipped != skipped                      ? 4
                                                              : 0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0, "%d", WEXITSTATUS(status));
}

Test(store_copy, says_that_the_disk_is_full)
{
    fill("head -c 500000 /dev/zero >a");
    cr_assert_eq(chdir(base), 0);
    copy_with_mount("to", OUTCOME_FAILED, ENOSPC, 0);
}

Test(store_copy, does_not_enter_what_is_mounted)
{
    fill("mkdir d && echo x >f");
    cr_assert_eq(chdir(base), 0);
    copy_with_mount("from/d", OUTCOME_OK, 0, 1);
    cr_expect(has(to, "f") && !has(to, "d"));
}

/* Swaps what lies in from with what leads out of it, until it is killed. */
_Noreturn static void swap_for_ever(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        renameat2(from, "file", from, "file.link", RENAME_EXCHANGE);
        renameat2(from, "d", from, "d.link", RENAME_EXCHANGE);
        renameat2(from, "d/e", from, "pipe", RENAME_EXCHANGE);
        renameat2(from, "d/e", from, "pipe", RENAME_EXCHANGE);
        unlinkat(from, "gone", 0);
        if (linkat(from, "own", from, "gone", 0) != 0)
            continue;
    }
}

Test(store_copy, stays_inside_while_the_tree_changes)
{
    fill("mkdir -p d/e && echo own >own && cp own file && cp own d/e/f && mkfifo pipe && "
         "ln -s ../outside/secret file.link && ln -s ../outside d.link");
    put(outside, "secret", "secret", 0644);
    pid_t swapper = fork();

    if (swapper == 0)
        swap_for_ever();
    for (int i = 0; i < RACES; i++) {
        int fresh;
        char name[32];

        snprintf(name, sizeof name, "copy-%d", i);
        cr_assert_eq(mkdirat(to, name, 0755), 0);
        fresh = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        cr_expect(copy_tree(from, fresh, &bounds, &count) == OUTCOME_OK || errno == EEXIST, "%s", strerror(errno));
        close(fresh);
    }
    kill(swapper, SIGKILL);
    waitpid(swapper, NULL, 0);
    shell("! grep -rqs secret to");
}
