"""Two kinds of fresh Debian 12 machines, each a folder made by mmdebstrap and running in namespaces of its own: one where
nothing but the init scripts starts services, one that systemd has booted."""

import ctypes
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile

from harness.waiting import wait_until

CLONE_NEWNET = 0x40000000
CLEAN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
         "DEBIAN_FRONTEND": "noninteractive"}

# What init notes when it has reached runlevel 2 (struct utmp); invoke-rc.d starts no service without it.
RUNLEVEL_2 = struct.pack("hi32s4s32s256s52x", 1, ord("N") << 8 | ord("2"), b"~", b"~~", b"runlevel", b"")


def enter_network(pid):
    """This thread, and those that it starts, use the network of that process."""
    with open(f"/proc/{pid}/ns/net", "rb") as namespace:
        assert ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


NOTES = []  # figures that are told at the end


def note(text):
    NOTES.append(text)


class Base:
    """A root with nothing in it, and with the files of all packages that will be needed: the machines have no network."""

    def __init__(self, package):
        kept = os.environ.get("COAGENT_ROOT")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coagent-root-"))
        self.root = pathlib.Path(kept or self.folder / "base").resolve()
        if not self.root.exists():
            self.make(package)

    def make(self, package):
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", "bookworm", self.root],
                       check=True, stdin=subprocess.DEVNULL)
        shutil.copy("/etc/resolv.conf", self.root / "etc")
        shutil.copy(package, self.root / "root" / "coagent.deb")
        self.call("apt-get", "update", "-q")
        self.call("apt-get", "install", "-q", "-y", "--download-only", "/root/coagent.deb", "procps", "systemd-sysv",
                  "dbus")
        self.call("apt-get", "install", "-q", "-y", "--download-only", "sysvinit-core")
        (self.root / "etc/resolv.conf").write_text("")

    def call(self, *words, root=None):
        done = subprocess.run(["chroot", root or self.root, *words], env={**os.environ, **CLEAN}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"

    def copy(self, name):
        root = self.folder / name
        subprocess.run(["cp", "-a", "--reflink=auto", self.root, root], check=True)
        return root

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Machine:
    """machine.run("command", …) inside; machine.root is its file system seen from outside."""

    def __init__(self, base):
        self.root = base.copy(self.kind)
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {socket.gethostname()}\n")
        self.log = open(base.folder / f"{self.kind}.log", "ab")
        self.process = None
        self.pid = None  # of the first process inside, as seen from outside

    def inside(self, *words):
        return ["nsenter", "--target", str(self.pid), "--all", "--root", "--wd", "--", "env", "-i",
                *(f"{key}={value}" for key, value in CLEAN.items()), *map(str, words)]

    def run(self, *words, given=None, check=True):
        """What the command said."""
        done = subprocess.run(self.inside(*words), input=given, stdin=None if given else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600)
        assert not check or done.returncode == 0, f"{words} ended with {done.returncode}:\n{done.stdout[-5000:]}"
        return done.stdout

    def succeeds(self, *words):
        return subprocess.run(self.inside(*words), stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0

    def sql(self, statement, role="coagent"):
        """As root, by the way in that the package has made."""
        return self.run("psql", "-XqAt", "-h", "/run/postgresql", "-U", role, "-d", "coagent", "-c", statement).strip()

    def processes(self, *names):
        """{pid inside: name} of the running programs with these names."""
        found = {}
        for line in self.run("ps", "-eo", "pid=,stat=,comm=").splitlines():
            pid, state, name = line.split(None, 2)
            if name in names and not state.startswith("Z"):
                found[int(pid)] = name
        return found

    def master(self, pool):
        """The pid of the pool's master."""
        lines = self.run("ps", "-eo", "pid=,ppid=,args=").splitlines()
        return next((int(line.split()[0]) for line in lines if line.split()[1] == "1" and f"coagent-fcgi --pool {pool}" in line),
                    None)

    def stop(self):
        """As when the power fails."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    def join(self):
        enter_network(self.pid)


class PlainMachine(Machine):
    """Of those with sysvinit: init scripts and cron. Its first process does nothing but wait for orphans: init itself
    would remount file systems that are not its own."""

    kind = "plain"

    def __init__(self, base):
        super().__init__(base)
        base.call("apt-get", "install", "-q", "-y", "sysvinit-core", root=self.root)

    def start(self):
        # a root of its own, not a chroot: in that the kernel lets nobody make user namespaces, and so no sandbox
        mounts = f"mount --rbind {self.root} {self.root} && mount --make-rprivate {self.root} && " \
                 f"mount -t proc proc {self.root}/proc && mount -t tmpfs tmpfs {self.root}/run && mkdir {self.root}/run/lock && " \
                 f"mkdir -p {self.root}/dev/pts && mount -t devpts -o newinstance,ptmxmode=666 devpts {self.root}/dev/pts && " \
                 f"mount -t tmpfs tmpfs {self.root}/dev/shm"
        first = "trap : TERM; while :; do sleep 1000 & wait; done"
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child=KILL", "/bin/sh", "-c",
             f"{mounts} && cd {self.root} && mkdir -p mnt && pivot_root . mnt && umount -l /mnt && exec /bin/bash -c '{first}'"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.pid = wait_until(self.find_first, what="the first process")
        subprocess.run(["nsenter", "--target", str(self.pid), "--net", "ip", "link", "set", "lo", "up"], check=True)
        wait_until(lambda: self.succeeds("test", "-d", "/run/lock"), what="the root")
        self.inside_file("/run/utmp").write_bytes(RUNLEVEL_2)
        self.join()

    def inside_file(self, path):
        """A file as the machine sees it, with its own mounts."""
        return pathlib.Path(f"/proc/{self.pid}/root{path}")

    def find_first(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if children and pathlib.Path(f"/proc/{children[0]}/exe").resolve().name == "bash":
            return int(children[0])
        return None

    def boot(self):
        """What init would start in runlevel 2, in its order."""
        self.start()
        for script in sorted((self.root / "etc/rc2.d").glob("S*")):
            self.run(f"/etc/rc2.d/{script.name}", "start", check=False)

    def service(self, name, action):
        return self.run("service", name, action)


class SystemdMachine(Machine):
    """Booted by systemd-nspawn."""

    kind = "systemd"

    def __init__(self, base):
        super().__init__(base)
        base.call("apt-get", "install", "-q", "-y", "systemd-sysv", "dbus", root=self.root)

    def start(self):
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "-D", self.root, "--register=no", "--keep-unit", "--private-network", "-b"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        self.pid = wait_until(self.find_first, what="the first process")
        wait_until(lambda: self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"), 90,
                   "the end of the boot")
        self.join()

    def find_first(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if children and pathlib.Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
            return int(children[0])
        return None

    boot = start

    def stop(self):
        if self.process:
            os.kill(self.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def service(self, name, action):
        return self.run("systemctl", action, name)
