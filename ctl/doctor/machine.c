/* The requirements on the machine: disk space, and namespaces for runs. */
#include "ctl/doctor/check.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define TUN "/dev/net/tun"
#define MEBIBYTE (1024ULL * 1024)
#define FULL_MIB 64
#define SHORT_MIB 512
#define SAID_SIZE 400

/* Where something is written while it runs. */
static const char *const places[] = {"/", "/var/lib/postgresql", "/var/log", "/var/lib/coagent", "/tmp", NULL};

/* The worst place counts. */
static void examine_place(struct finding *finding, const char *place)
{
    struct statvfs disk;
    unsigned long long free_mib;
    enum verdict verdict;

    if (statvfs(place, &disk) != 0 || disk.f_blocks == 0)
        return;
    free_mib = disk.f_bavail * disk.f_frsize / MEBIBYTE;
    verdict = free_mib < FULL_MIB ? VERDICT_FAILED : free_mib < SHORT_MIB ? VERDICT_WARNING : VERDICT_OK;
    if (disk.f_files > 0 && disk.f_favail < 1000)
        verdict = VERDICT_FAILED;
    if (verdict == VERDICT_OK || finding->verdict == VERDICT_FAILED || finding->verdict == verdict)
        return;
    find(finding, verdict, "%s has %llu MiB and %llu files left", place, free_mib, (unsigned long long)disk.f_favail);
    text_clear(&finding->command);
    mend(finding, WORDS("apt-get", "clean"));
    mend_by(finding, "du -xh --max-depth=3 %s | sort -h | tail", place);
}

static void check_disk(const struct patient *patient, struct finding *finding)
{
    char *folder = NULL;

    find(finding, VERDICT_OK, "there is space for data, logs and temporary files");
    for (const char *const *place = places; *place; place++)
        examine_place(finding, *place);
    if (patient->file && strrchr(patient->file, '/')) {
        folder = text_format("%.*s", (int)(strrchr(patient->file, '/') - patient->file), patient->file);
        examine_place(finding, *folder ? folder : "/");
    }
    free(folder);
}

/* Only runs that may use the network need these: slirp4netns makes their interface of the device, nft its filters. */
static void check_tun(const struct patient *patient, struct finding *finding)
{
    struct stat file;

    (void)patient;
    if (access("/usr/bin/slirp4netns", X_OK) != 0 || access("/usr/sbin/nft", X_OK) != 0) {
        find(finding, VERDICT_WARNING, "slirp4netns or nftables is not installed, so runs cannot have internet access");
        mend(finding, WORDS("apt-get", "install", "slirp4netns", "nftables"));
    } else if (stat(TUN, &file) != 0) {
        find(finding, VERDICT_WARNING, "%s is missing, so runs cannot have internet access", TUN);
        mend(finding, WORDS("mkdir", "-p", "/dev/net"));
        mend(finding, WORDS("mknod", "-m", "666", TUN, "c", "10", "200"));
    } else if (!S_ISCHR(file.st_mode) || (file.st_mode & 0666) != 0666) {
        find(finding, VERDICT_WARNING, "the runner cannot open %s, so runs cannot have internet access", TUN);
        mend(finding, WORDS("chmod", "666", TUN));
    } else {
        find(finding, VERDICT_OK, "the runner can open %s, so runs can have internet access", TUN);
    }
}

/* In the child: the smallest sandbox, as the services' user, whose powers it must not need. */
static void enter_sandbox(const struct patient *patient, int said)
{
    dup2(said, STDERR_FILENO);
    dup2(said, STDOUT_FILENO);
    if (geteuid() == 0 && patient->uid != 0 &&
        (setgroups(0, NULL) != 0 || setgid(patient->gid) != 0 || setuid(patient->uid) != 0))
        _exit(126);
    execlp("bwrap", "bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent",
           "--new-session", "--cap-drop", "ALL", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true",
           (char *)NULL);
    dprintf(STDERR_FILENO, "%s", strerror(errno));
    _exit(127);
}

/* The status with which it ended, or -1; what it said goes into said. */
static int try_sandbox(const struct patient *patient, char said[SAID_SIZE])
{
    int ends[2], status = -1;
    ssize_t length = 0;
    pid_t child;

    said[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    child = fork();
    if (child == 0)
        enter_sandbox(patient, ends[1]);
    close(ends[1]);
    if (child > 0) {
        length = read(ends[0], said, SAID_SIZE - 1);
        if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
            status = -1;
        else
            status = WEXITSTATUS(status);
    }
    close(ends[0]);
    said[length > 0 ? length : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    return status;
}

/* The first number of a file of /proc; -1 when it is not there. */
static long proc_number(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[32] = "";
    long number = -1;

    if (file) {
        if (fgets(line, sizeof line, file))
            number = strtol(line, NULL, 10);
        fclose(file);
    }
    return number;
}

/* Whether systemd can give the runner a cgroup with limits to hand on. */
static bool has_cgroups(void)
{
    char controllers[256] = "";
    FILE *file = fopen("/sys/fs/cgroup/cgroup.controllers", "re");

    if (file) {
        if (!fgets(controllers, sizeof controllers, file))
            controllers[0] = '\0';
        fclose(file);
    }
    return access("/run/systemd/system", F_OK) == 0 && strstr(controllers, "memory") && strstr(controllers, "pids");
}

static void check_sandbox(const struct patient *patient, struct finding *finding)
{
    char said[SAID_SIZE];
    int status = try_sandbox(patient, said);

    if (status == 0) {
        find(finding, VERDICT_OK, "bubblewrap can isolate runs; their limits are enforced by %s",
             has_cgroups() ? "a cgroup and by monitoring" : "monitoring (no cgroup is delegated)");
    } else if (status == 127) {
        find(finding, VERDICT_WARNING, "bubblewrap is not installed, so scripts cannot run: %s", said);
        mend(finding, WORDS("apt-get", "install", "bubblewrap"));
    } else {
        find(finding, VERDICT_WARNING, "bubblewrap cannot create namespaces, so scripts cannot run: %s", said);
        if (proc_number("/proc/sys/user/max_user_namespaces") == 0)
            mend(finding, WORDS("sysctl", "-w", "user.max_user_namespaces=15000"));
        else if (proc_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
            mend(finding, WORDS("sysctl", "-w", "kernel.unprivileged_userns_clone=1"));
    }
}

const struct check machine_checks[] = {
    {"disk", 0, check_disk},
    {"tun", 0, check_tun},
    {"sandbox", 0, check_sandbox},
    {NULL},
};
