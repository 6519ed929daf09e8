#include "cron/sandbox/filter.h"

#include "cron/sandbox/sandbox.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOW 0xffffffffUL /* the kernel takes these arguments as int: what stands above is no way around the filter */

/* System calls that inspect other processes, change the machine, or reach rarely used kernel code. Several of
 * them need powers that nobody in there has; they are refused before the kernel even looks. */
static const int refused[] = {
    /* file systems */
    SCMP_SYS(mount),
    SCMP_SYS(umount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    SCMP_SYS(nfsservctl),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(sysfs),
    SCMP_SYS(ustat),
    /* a way around paths and their permissions */
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    /* namespaces */
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    /* other processes */
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages),
    /* keys: those of the service's user are not namespaced */
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    /* the kernel and the machine */
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(create_module),
    SCMP_SYS(query_module),
    SCMP_SYS(get_kernel_syms),
    SCMP_SYS(reboot),
    SCMP_SYS(syslog),
    SCMP_SYS(acct),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(vhangup),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(stime),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(_sysctl),
    SCMP_SYS(uselib),
    SCMP_SYS(mbind),
    SCMP_SYS(set_mempolicy),
};

/* These are "not there", so that programs take the other way that they know. The shared memory among them would be
 * held by nobody whom the keeper could ask for its size; so would pages that are given to a pipe. The contexts of AIO
 * are counted for the whole machine. */
static const int absent[] = {
    SCMP_SYS(clone3),       SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    SCMP_SYS(memfd_create), SCMP_SYS(memfd_secret),   SCMP_SYS(shmget),         SCMP_SYS(shmat),
    SCMP_SYS(shmctl),       SCMP_SYS(msgget),         SCMP_SYS(semget),         SCMP_SYS(set_mempolicy_home_node),
    SCMP_SYS(vmsplice),     SCMP_SYS(io_setup),       SCMP_SYS(io_submit),      SCMP_SYS(io_getevents),
    SCMP_SYS(io_cancel),    SCMP_SYS(io_destroy),     SCMP_SYS(io_pgetevents),  SCMP_SYS(remap_file_pages),
};

static const unsigned long new_namespaces[] = {
    CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET,
};

/* Characters put into a terminal as if they had been typed. */
static const unsigned long terminal_requests[] = {TIOCSTI, TIOCLINUX, TIOCCONS};

/* A rule for one value of the lower half of an argument. */
static bool refuse(scmp_filter_ctx filter, int error, int call, unsigned argument, unsigned long mask,
                   unsigned long value)
{
    struct scmp_arg_cmp compare = {argument, SCMP_CMP_MASKED_EQ, mask, value};

    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((unsigned)error), call, 1, &compare) == 0;
}

static bool refuse_all(scmp_filter_ctx filter, int error, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)error), calls[i], 0) != 0)
            return false;
    return true;
}

/* The kinds that programs need: unix, IPv4, IPv6, and netlink for asking about interfaces. The comparison is of all 64
 * bits: a number with something in the half that the kernel does not look at is large, and refused as well. */
static bool refuse_sockets(scmp_filter_ctx filter)
{
    bool refused_all = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                        SCMP_A0(SCMP_CMP_GT, AF_NETLINK)) == 0 &&
                       seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPROTONOSUPPORT), SCMP_SYS(socket), 2,
                                        SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_NE, NETLINK_ROUTE)) == 0;

    for (unsigned long family = 0; refused_all && family < AF_NETLINK; family++)
        if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
            refused_all = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                           SCMP_A0(SCMP_CMP_EQ, family)) == 0;
    return refused_all;
}

static bool fill(scmp_filter_ctx filter)
{
    bool filled = refuse_all(filter, EPERM, refused, sizeof refused / sizeof *refused) &&
                  refuse_all(filter, ENOSYS, absent, sizeof absent / sizeof *absent) && refuse_sockets(filter);

    for (size_t i = 0; filled && i < sizeof new_namespaces / sizeof *new_namespaces; i++)
        filled = refuse(filter, EPERM, SCMP_SYS(clone), 0, new_namespaces[i], new_namespaces[i]);
    for (size_t i = 0; filled && i < sizeof terminal_requests / sizeof *terminal_requests; i++)
        filled = refuse(filter, EPERM, SCMP_SYS(ioctl), 1, LOW, terminal_requests[i]);
    return filled &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(personality), 1, SCMP_A0(SCMP_CMP_NE, LOW)) == 0;
}

/* The program in memory of its own; -1 when there is none. */
static int export_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int fd = -1;

    if (!filter)
        return -1;
    if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && fill(filter) &&
        (fd = memfd_create("filter", MFD_CLOEXEC)) >= 0 &&
        (seccomp_export_bpf(filter, fd) != 0 || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    seccomp_release(filter);
    return fd;
}

enum outcome sandbox_prepare(struct text *program)
{
    char bytes[4096];
    ssize_t length = -1;
    int fd = export_filter();

    while (fd >= 0 && (length = read(fd, bytes, sizeof bytes)) > 0)
        text_add_bytes(program, bytes, (size_t)length);
    if (fd >= 0)
        close(fd);
    if (length != 0)
        text_clear(program);
    return length == 0 ? OUTCOME_OK : OUTCOME_FAILED;
}

int filter_open(const struct text *program)
{
    int fd;

    if (!program || program->length == 0)
        return export_filter();
    fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd >= 0 &&
        (write(fd, program->bytes, program->length) != (ssize_t)program->length || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}
