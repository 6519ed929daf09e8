"""coagentctl as an administrator uses it: runs it with given settings, reads what doctor finds, and does what it says."""

import json
import os
import pathlib
import subprocess
import tempfile

from .studio import SETTINGS

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("COAGENT_BUILD", "build")

# A clock that is wrong by the seconds that a file says, for one program and the libraries in it.
CLOCK = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long shift;
__attribute__((constructor)) static void read_shift(void)
{
    FILE *file = fopen(getenv("CLOCK_FILE"), "r");
    if (file && fscanf(file, "%ld", &shift) != 1)
        shift = 0;
}
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME)
        now->tv_sec += shift;
    return status;
}
time_t time(time_t *seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds)
        *seconds = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}
"""


class Ctl:
    """Settings in a file of its own, and coagentctl with them. bin holds programs that stand in for those of the machine."""

    def __init__(self, settings, program=BUILD / "coagentctl"):
        self.place = tempfile.TemporaryDirectory(prefix="coagent-ctl-")
        self.folder = pathlib.Path(self.place.name)
        self.folder.chmod(0o755)
        self.file = self.folder / "coagent.conf"
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.program = program
        self.more = {}
        self.write(settings)

    def write(self, settings):
        self.settings = dict(settings)
        self.file.write_text("".join(f"{key}={value}\n" for key, value in settings.items() if value is not None))
        self.file.chmod(0o640)

    def change(self, **settings):
        self.write({**self.settings, **settings})

    def stand_in(self, name, script):
        """Another program under the name of one that must not be touched here, or that asks a person."""
        path = self.bin / name
        path.write_text("#!/bin/bash\n" + script)
        path.chmod(0o755)

    def environment(self):
        given = {name: value for name, value in SETTINGS.items() if name != "TRUSTED_PROXIES"}  # of the file, like nginx's lines
        own = {"COAGENT_CONFIG": str(self.file), "PATH": f"{self.bin}:{os.environ['PATH']}:/usr/sbin:/sbin"}
        return {**os.environ, **given, **own, **self.more}

    def run(self, *words, **options):
        return subprocess.run([self.program, *map(str, words)], env=self.environment(), capture_output=True, text=True,
                              check=False, timeout=60, **options)

    def json(self, *words, **options):
        """(exit status, the one document on stdout)"""
        done = self.run(*words, "--json", **options)
        return done.returncode, json.loads(done.stdout)

    def findings(self, *checks):
        status, report = self.json("doctor", *checks)
        assert status == (0 if report["ok"] else 1), report
        return {one["check"]: one for one in report["checks"]}

    def find(self, check):
        return self.findings(check)[check]

    def follow(self, finding, appended="", **options):
        """Gives the command that was named, as root would."""
        assert finding["command"], finding
        with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open as long as what it starts
            done = subprocess.run(["bash", "-c", finding["command"] + appended], env=self.environment(), stdout=said,
                                  stderr=subprocess.STDOUT, check=False, timeout=300, **options)
            said.seek(0)
            assert done.returncode == 0, (finding["command"], said.read())

    def is_mended(self, check, verdict="failed", appended="", **options):
        """It is not right, and its own command makes it so; answers what was found first."""
        before = self.find(check)
        assert before["verdict"] == verdict, before
        self.follow(before, appended, **options)
        after = self.find(check)
        assert after["verdict"] == "ok", (before, after)
        return before

    def shift_clock(self, seconds):
        """From now on this machine's clock is wrong, for coagentctl alone; "timedatectl set-ntp true" sets it right."""
        library, clock = self.folder / "clock.so", self.folder / "clock"
        if not library.exists():
            subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], input=CLOCK, text=True, check=True)
        clock.write_text(f"{seconds}\n")
        self.stand_in("timedatectl", f'[ "$*" = "set-ntp true" ] && echo 0 >{clock}\n')
        self.more = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(clock),
                     "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def remove(self):
        self.place.cleanup()
