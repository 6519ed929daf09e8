"""Attempts to break out of the sandbox. This file runs inside it, as a user's script would: it is told what there is to
be reached (below, as JSON), and says for each attempt, by name, how it broke out, or nothing when it was held.

    python3 breakout.py '{"files": [...], ...}'  ->  {"reads a file of the host": null, ...} on stdout

secrets are written backwards, so that the telling itself does not put them where they are looked for."""

import ctypes
import errno
import glob
import json
import os
import platform
import signal
import socket
import stat
import struct
import sys
import traceback

ATTEMPTS = []
LIBC = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"

# Numbers of x86-64; what is missing elsewhere is not tried.
CALLS = {
    "ptrace": 101, "syslog": 103, "personality": 135, "ustat": 136, "sysfs": 139, "vhangup": 153, "modify_ldt": 154,
    "pivot_root": 155, "adjtimex": 159, "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166,
    "swapon": 167, "swapoff": 168, "reboot": 169, "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173,
    "init_module": 175, "delete_module": 176, "quotactl": 179, "nfsservctl": 180, "lookup_dcookie": 212,
    "clock_settime": 227, "mbind": 237, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250,
    "migrate_pages": 256, "unshare": 272, "move_pages": 279, "perf_event_open": 298, "fanotify_init": 300,
    "name_to_handle_at": 303, "open_by_handle_at": 304, "clock_adjtime": 305, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "memfd_create": 319, "kexec_file_load": 320, "bpf": 321,
    "userfaultfd": 323, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "clone3": 435,
    "pidfd_getfd": 438, "mount_setattr": 442, "quotactl_fd": 443, "memfd_secret": 447, "shmget": 29, "msgget": 68,
    "semget": 64, "io_setup": 206, "io_submit": 209, "vmsplice": 278, "remap_file_pages": 216,
}
NAMESPACES = {"mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
              "pid": 0x20000000, "net": 0x40000000}


def attempt(function):
    ATTEMPTS.append((function.__doc__, function))
    return function


def call(number, *arguments):
    """The error of a system call; 0 when it went through."""
    ctypes.set_errno(0)
    result = LIBC.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return ctypes.get_errno() if result == -1 else 0


def reads(path):
    try:
        with open(path, "rb") as file:
            return bool(file.read(1))
    except OSError:
        return False


def connects(address, family=socket.AF_INET, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as end:
        end.settimeout(2)
        try:
            end.connect(address)
        except OSError:
            return False
    return True


def in_child(function):
    """How a child that does it ends: a signal as a negative number."""
    child = os.fork()
    if child == 0:
        try:
            function()
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


# Files, secrets, sockets

@attempt
def read_files(host):
    """reads the configuration, the socket folder or another file of the host"""
    roots = ["", "/proc/1/root", "/proc/1/cwd", "/proc/self/root", "/proc/self/cwd/../../..", "/work/../..", "/dev/fd/0/.."]
    return [root + path for root in roots for path in host["files"] if os.path.exists(root + path) or reads(root + path)]


@attempt
def search_secrets(host):
    """finds a secret of the host in any file or process that it can read"""
    found = []
    secrets = [secret[::-1].encode() for secret in host["secrets"]]
    for top in ["/etc", "/run", "/var", "/tmp", "/dev", "/work", "/coagent", "/home", "/root", "/srv", "/opt", "/mnt"]:
        for folder, _, names in os.walk(top):
            found += [f"{folder}/{name}" for name in names if holds(f"{folder}/{name}", secrets)]
    for process in glob.glob("/proc/[0-9]*"):
        found += [f"{process}/{name}" for name in ["environ", "cmdline", "mountinfo", "stat"] if holds(f"{process}/{name}", secrets)]
    return found


def holds(path, secrets):
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as file:
            content = file.read(1 << 20)
    except OSError:
        return False
    return any(secret in content for secret in secrets)


@attempt
def see_environment(host):
    """inherits a variable of the runner"""
    return [name for name in os.environ if name.startswith(("SECRET", "JWT", "DATABASE", "PG", "COAGENT_CONFIG", "NCHAN", "OPENAI"))]


@attempt
def unix_sockets(host):
    """connects to PostgreSQL, the pool or nchan by their sockets"""
    return [path for path in host["sockets"] if connects(path, socket.AF_UNIX)]


@attempt
def abstract_sockets(host):
    """connects to an abstract unix socket of the host"""
    return [name for name in host["abstract"] if connects("\0" + name, socket.AF_UNIX)]


@attempt
def descriptors(host):
    """has a descriptor that it was not given"""
    held = []
    for number in range(3, 1024):
        try:
            os.fstat(number)
            held.append(number)
        except OSError:
            pass
    return held


@attempt
def other_runs(host):
    """sees a file or a process of another run"""
    seen = [name for name in os.listdir("/tmp") + os.listdir("/work") + os.listdir("/dev/shm") if name != "out"]
    seen += [line for pid in glob.glob("/proc/[0-9]*/cmdline") if (line := open(pid).read()) and "bystander" in line
             and "breakout" not in line]
    return seen


# Processes

@attempt
def see_processes(host):
    """sees a process that is not its own"""
    names = {open(f"{process}/comm").read().strip() for process in glob.glob("/proc/[0-9]*")}
    return sorted(names - {"bwrap", "bash", "sh", "python3", "sleep"})


@attempt
def signal_outside(host):
    """sends a signal to a process of the host"""
    return [pid for pid in host["pids"] if can_signal(pid)]


def can_signal(pid):
    if os.path.exists(f"/proc/{pid}"):  # one of its own has that number
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


@attempt
def kill_init(host):
    """kills the first process of its namespace from inside"""
    os.kill(1, signal.SIGKILL)
    os.kill(1, signal.SIGSTOP)
    return not os.path.exists("/proc/1/stat")


@attempt
def trace(host):
    """traces a process"""
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        return [(pid, request) for pid in (1, child, os.getppid()) for request in (16, 0x4206)
                if X86 and call(CALLS["ptrace"], request, pid, 0, 0) == 0]
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


# Namespaces, mounts, system calls

@attempt
def new_namespaces(host):
    """makes a namespace by unshare or clone"""
    made = []
    for name, flag in NAMESPACES.items():
        for high in (0, 1 << 32):
            if X86 and in_child(lambda: os._exit(call(CALLS["unshare"], flag | high) == 0)) != 0:
                made.append(f"unshare {name}")
            if X86 and in_child(lambda: clone(flag | high)) == 77:
                made.append(f"clone {name}")
    return made


def clone(flags):
    ctypes.set_errno(0)
    pid = LIBC.syscall(ctypes.c_long(56), ctypes.c_long(flags | signal.SIGCHLD), 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os._exit(77 if pid > 0 else 0)


@attempt
def join_namespaces(host):
    """enters a namespace of another process"""
    joined = []
    for path in glob.glob("/proc/1/ns/*") + glob.glob("/proc/self/ns/*"):
        try:
            fd = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        if X86 and call(CALLS["setns"], fd, 0) == 0:
            joined.append(path)
        os.close(fd)
    return joined


@attempt
def mounts(host):
    """mounts, unmounts or changes its root"""
    names = {name: ctypes.c_char_p(name.encode()) for name in ("none", "/tmp", "/usr", "tmpfs", "proc", "/")}
    tried = {
        "mount tmpfs": (CALLS["mount"], names["none"], names["/tmp"], names["tmpfs"], 0, 0),
        "mount proc": (CALLS["mount"], names["proc"], names["/tmp"], names["proc"], 0, 0),
        "remount /usr": (CALLS["mount"], names["none"], names["/usr"], names["none"], 32, 0),
        "remount /": (CALLS["mount"], names["none"], names["/"], names["none"], 32, 0),
        "bind": (CALLS["mount"], names["/usr"], names["/tmp"], names["none"], 4096, 0),
        "umount": (CALLS["umount2"], names["/usr"], 2),
        "pivot_root": (CALLS["pivot_root"], names["/tmp"], names["/tmp"]),
        "chroot": (CALLS["chroot"], names["/tmp"]),
        "fsopen": (CALLS["fsopen"], names["tmpfs"], 0),
        "open_tree": (CALLS["open_tree"], -100, names["/"], 1),
    }
    return [name for name, arguments in tried.items() if X86 and call(*arguments) == 0]


@attempt
def system_calls(host):
    """makes a system call that the filter refuses"""
    passed = []
    for name, number in CALLS.items():
        # A null pointer or a zero is enough to tell the filter's answer from the kernel's own.
        error = call(number, 0, 0, 0, 0, 0, 0) if X86 else errno.EPERM
        if error not in (errno.EPERM, errno.ENOSYS):
            passed.append(f"{name}: {errno.errorcode.get(error, error)}")
    return passed


@attempt
def foreign_calls(host):
    """makes system calls of another architecture"""
    if not X86:
        return []
    ways = {"x32": lambda: os._exit(call(0x40000000 + 39) == 0), "i386": old_call}
    return [name for name, way in ways.items() if in_child(way) != -signal.SIGSYS]


def old_call():
    import mmap
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov $20 (getpid), %eax; int $0x80; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()


@attempt
def sockets(host):
    """opens a socket of a family that nothing needs, or a raw one"""
    opened = []
    for family in range(48):
        if family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
            continue
        for kind in (1, 2, 3, 5):
            for high in (0, 1 << 32):
                if X86 and call(41, family | high, kind, 0) == 0:
                    opened.append(f"family {family}")
    for family in (socket.AF_INET, socket.AF_INET6):
        if X86 and call(41, family, socket.SOCK_RAW, socket.IPPROTO_ICMP) == 0:
            opened.append(f"raw {family}")
    opened += [f"netlink {protocol}" for protocol in range(1, 32) if X86 and call(41, socket.AF_NETLINK, 3, protocol) == 0]
    return opened


@attempt
def type_into_terminal(host):
    """puts characters into a terminal as if they were typed"""
    import fcntl
    import pty
    mine, its = pty.openpty()
    typed = []
    for end in (mine, its):
        for request in (0x5412, 0x541C, 0x541D):
            for high in (0, 1 << 32):
                if X86 and call(16, end, request | high, ctypes.c_char_p(b"\x06x")) == 0:
                    typed.append(hex(request | high))
    try:
        fcntl.ioctl(os.open("/dev/tty", os.O_RDWR), 0x5412, b"x")
        typed.append("/dev/tty")
    except OSError:
        pass
    return typed


# Powers

@attempt
def powers(host):
    """has a capability, or a process of its own that it could write to has one"""
    wrong = []
    for process in ("self", "1"):
        status = dict(line.split(":", 1) for line in open(f"/proc/{process}/status") if ":" in line)
        wrong += [f"{process} {name}" for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name], 16) != 0]
        wrong += [f"{process} NoNewPrivs"] if int(status["NoNewPrivs"]) != 1 else []
        wrong += [f"{process} Seccomp"] if int(status["Seccomp"]) != 2 else []
        wrong += [f"{process} user namespace"] if os.readlink(f"/proc/{process}/ns/user") != os.readlink("/proc/self/ns/user") else []
    return wrong


@attempt
def become_root(host):
    """becomes root, by itself or by a setuid program"""
    became = []
    for name, function in {"setuid": lambda: os.setuid(0), "setgid": lambda: os.setgid(0),
                           "setgroups": lambda: os.setgroups([0]), "setresuid": lambda: os.setresuid(0, 0, 0)}.items():
        if in_child(lambda: (function(), os._exit(7))) == 7:
            became.append(name)
    programs = [path for top in ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec") for path in glob.glob(top + "/*")
                if os.path.isfile(path) and os.stat(path).st_mode & (stat.S_ISUID | stat.S_ISGID)]
    own = "/work/.own"
    with open("/usr/bin/id", "rb") as source, open(own, "wb") as copy:
        copy.write(source.read())
    os.chmod(own, 0o6755)
    if "euid=0" in os.popen(own).read():
        became.append("a copy of its own")
    os.unlink(own)
    if any("nosuid" not in options for options in mount_options().values()):
        became.append(f"a file system that honours setuid, with {programs[:3]}")
    return became


def mount_options():
    lines = (line.split() for line in open("/proc/self/mountinfo"))
    return {fields[4]: fields[5].split(",") for fields in lines if fields[4] not in ("/",) or "ro" in fields[5].split(",")}


@attempt
def raise_limits(host):
    """raises a limit or its own priority"""
    import resource
    raised = []
    for name in ("RLIMIT_NPROC", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CPU", "RLIMIT_CORE"):
        limit = getattr(resource, name)
        try:
            resource.setrlimit(limit, (resource.getrlimit(limit)[1] + 1,) * 2)
            raised.append(name)
        except (OSError, ValueError):
            pass
    try:
        os.nice(-1)
        raised.append("nice")
    except OSError:
        pass
    return raised


# What it could change

@attempt
def write_system(host):
    """writes to the system's folders"""
    written = []
    for folder in ["/", "/usr", "/usr/bin", "/usr/local", "/bin", "/lib", "/etc", "/etc/ssl", "/run", "/var", "/dev", "/coagent", "/proc",
                   "/proc/sys/kernel", "/dev/pts"]:
        try:
            os.close(os.open(f"{folder}/.written", os.O_CREAT | os.O_WRONLY))
            written.append(folder)
        except OSError:
            pass
    return written


@attempt
def writable_mounts(host):
    """has a writable file system whose size nobody limits"""
    free = {"/work", "/tmp", "/dev/shm", "/proc", "/dev/pts"} | {f"/dev/{name}" for name in
                                                                 ("null", "zero", "full", "random", "urandom", "tty")}
    return [place for place, options in mount_options().items() if "rw" in options and place not in free]


@attempt
def kernel_files(host):
    """changes or reads the kernel through /proc"""
    reached = []
    for path in ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
                 "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/drop_caches", "/proc/sys/user/max_user_namespaces",
                 "/proc/sys/net/ipv4/ip_forward", "/proc/irq/default_smp_affinity", "/proc/bus"]:
        try:
            os.close(os.open(path, os.O_WRONLY))
            if os.write(os.open(path, os.O_WRONLY), b"0") > 0:
                reached.append(path)
        except OSError:
            pass
    reached += [path for path in ("/proc/kcore", "/proc/kmsg", "/proc/kpagecount", "/proc/keys", "/sys/kernel/debug",
                                  "/sys/fs/cgroup", "/proc/timer_list", "/proc/vmallocinfo") if reads(path) or
                path.startswith("/sys") and os.path.exists(path)]
    return [path for path in reached if path != "/proc/keys" or open(path).read().strip()]


def memory_of(pid):
    """All of the memory of a process that can be read."""
    pieces = []
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                begin, end = (int(place, 16) for place in line.split()[0].split("-"))
                try:
                    pieces.append(os.pread(memory.fileno(), min(end - begin, 64 << 20), begin))
                except (OSError, OverflowError):
                    continue
    except OSError:
        pass
    return b"".join(pieces)


def rights_of(pid):
    """What a process may do, as far as the kernel tells."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        lines = dict(line.rstrip("\n").split(":", 1) for line in status)
    return {name: lines[name].strip() for name in ("Uid", "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp")}


@attempt
def memory_of_others(host):
    """finds a secret of the host, or rights that it does not have, in the memory of another process"""
    mark = os.urandom(16)
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        if mark not in memory_of(child):
            raise RuntimeError("it cannot even read the memory of its child, so that it proves nothing of others")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    found = []
    secrets = [secret[::-1].encode() for secret in host["secrets"]]
    for pid in sorted({int(name) for name in os.listdir("/proc") if name.isdigit()} - {os.getpid()}):
        memory = memory_of(pid)
        found += [f"a secret in {pid}" for secret in secrets if secret in memory]
        if memory and rights_of(pid) != rights_of("self"):
            found.append(f"{pid} has {rights_of(pid)} and this process {rights_of('self')}")
    return found


def how_many(make, most):
    """How many of something can be had at once."""
    held = []
    try:
        while len(held) < most:
            held.append(make())
    except OSError:
        pass
    for end in held:
        os.close(end)
    return len(held)


def terminal():
    return os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)


def inotify():
    made = LIBC.inotify_init()
    if made < 0:
        raise OSError(ctypes.get_errno(), "inotify_init")
    return made


@attempt
def quotas_of_the_machine(host):
    """takes more than its share of what the machine has for all runs"""
    counts = {"terminals": (how_many(terminal, 200), 64), "instances of inotify": (how_many(inotify, 100), 8)}
    if not all(count for count, _ in counts.values()):
        raise RuntimeError(f"it has none at all: {counts}")
    return [f"{count} {name}" for name, (count, share) in counts.items() if count > share]


@attempt
def devices(host):
    """opens or makes a device of the host"""
    opened = [path for path in ["/dev/mem", "/dev/kmsg", "/dev/net/tun", "/dev/vda", "/dev/sda", "/dev/fuse", "/dev/kvm", "/dev/vsock",
                                "/dev/loop0", "/dev/loop-control", "/dev/console", "/dev/tty0", "/dev/userfaultfd", "/dev/hwrng"]
              if os.path.exists(path)]
    for kind, number in ((stat.S_IFCHR, os.makedev(1, 1)), (stat.S_IFBLK, os.makedev(254, 0)), (stat.S_IFCHR, os.makedev(10, 200))):
        for folder in ("/work", "/tmp", "/dev/shm"):
            try:
                os.mknod(f"{folder}/.node", kind | 0o666, number)
                opened.append(f"mknod in {folder}")
            except OSError:
                pass
    return opened


@attempt
def walk_out(host):
    """walks out of its folder by a descriptor of one that was moved"""
    os.makedirs("/work/a/b", exist_ok=True)
    inside = os.open("/work/a/b", os.O_RDONLY)
    try:
        os.rename("/work/a/b", "/tmp/b")
        moved = "between two mounts"
    except OSError:
        os.rename("/work/a/b", "/work/b")
        moved = None
    os.fchdir(inside)
    for _ in range(64):
        os.chdir("..")
    names = set(os.listdir("."))
    os.chdir("/work")
    os.rmdir("/work/b" if moved is None else "/tmp/b")
    os.rmdir("/work/a")
    return moved or sorted(names & {"shm", "home", "root", "boot", "oldroot", "newroot", "srv"})


# The network

@attempt
def reach_addresses(host):
    """reaches the host or a private address over the network"""
    reached = []
    for address, port in host["addresses"]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        if connects((address, port), family):
            reached.append(f"{address}:{port}")
        if datagram_answers(address, port, family):
            reached.append(f"{address}:{port} by UDP")
    return reached


def datagram_answers(address, port, family):
    with socket.socket(family, socket.SOCK_DGRAM) as end:
        end.settimeout(0.3)
        try:
            end.sendto(b"hello", (address, port))
            return bool(end.recv(100))
        except OSError:
            return False


@attempt
def change_network(host):
    """changes its interfaces, routes or packet filters"""
    import fcntl
    changed = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        for name in os.listdir("/proc/sys/net/ipv4/conf"):
            for request in (0x8914, 0x8916, 0x8924):  # flags, address, hardware address
                try:
                    fcntl.ioctl(end, request, struct.pack("16sH22x", name.encode(), 1))
                    changed.append(f"{name} {hex(request)}")
                except OSError:
                    pass
    if os.path.exists("/usr/sbin/nft") and os.system("/usr/sbin/nft flush ruleset 2>/dev/null") == 0:
        changed.append("nft")
    if os.path.exists("/usr/bin/ip") and os.system("/usr/bin/ip route add blackhole 203.0.113.77 2>/dev/null") == 0:
        changed.append("ip route")
    return changed


def main(host):
    answers = {}
    for name, function in ATTEMPTS:
        try:
            answers[name] = function(host) or None
        except Exception:
            answers[name] = "the attempt itself went wrong: " + traceback.format_exc()
    answers["cannot reach what it may"] = [place for place in host["allowed"] if not connects(tuple(place))] or None
    print(json.dumps(answers))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
