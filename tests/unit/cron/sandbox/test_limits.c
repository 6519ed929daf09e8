#include "trial.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct trial trial;

static void set(void)
{
    trial_set(&trial);
}

static void clear(void)
{
    trial_clear(&trial);
}

TestSuite(sandbox_limits, .init = set, .fini = clear, .timeout = 180);

Test(sandbox_limits, memory_of_one_process)
{
    trial_run(&trial, "exec python3 -c 'a = []\nwhile True: a.append(bytearray(b\"x\" * 1000000))'", RUN_END_MEMORY);
    cr_expect_geq(trial.ending.peak_bytes, 128 * 1024 * 1024);
}

Test(sandbox_limits, memory_of_many_processes)
{
    trial_run(&trial,
              "for i in 1 2 3 4 5 6; do\n"
              "python3 -c 'import time; a = bytearray(b\"x\" * 40000000); time.sleep(30)' &\n"
              "done; wait",
              RUN_END_MEMORY);
}

/* Neither the data of a process nor a file: anonymous, but shared. */
Test(sandbox_limits, memory_that_is_shared)
{
    trial_run(&trial,
              "exec python3 -c 'import mmap, time\na = mmap.mmap(-1, 200000000)\n"
              "for i in range(0, 200000000, 4096): a[i] = 1\ntime.sleep(30)'",
              RUN_END_MEMORY);
}

/* Pages that are only read are all the same one; the tables that say so are not. */
Test(sandbox_limits, memory_of_page_tables)
{
    trial_run(&trial,
              "exec python3 -c 'import mmap, time\n"
              "a = mmap.mmap(-1, 1 << 38, flags=mmap.MAP_PRIVATE | 0x4000, prot=mmap.PROT_READ)\n"
              "for i in range(0, 1 << 38, 1 << 21): a[i]\ntime.sleep(30)'",
              RUN_END_MEMORY);
}

/* A process and its children share pages until they write: that is no more memory. */
Test(sandbox_limits, shared_pages_count_once)
{
    trial_run(&trial,
              "exec python3 -c 'import os, time\na = bytearray(b\"x\" * 60000000)\n"
              "for i in range(6):\n if os.fork() == 0: time.sleep(0.5); os._exit(0)\n"
              "for i in range(6): os.wait()'",
              RUN_END_EXIT);
    cr_expect_eq(trial.ending.exit_code, 0);
}

Test(sandbox_limits, files_are_not_memory)
{
    trial.spec.limits.memory_mb = 32;
    trial.spec.limits.disk_mb = 64;
    trial.spec.limits.file_mb = 64;
    trial_run(&trial, "dd if=/dev/zero of=big bs=1M count=50 2>&1; sleep 0.2", RUN_END_EXIT);
    cr_expect_eq(trial.ending.exit_code, 0, "%s", text_string(&trial.output));
}

Test(sandbox_limits, cpu_time_of_one_process)
{
    trial.spec.limits.cpu_seconds = 1;
    trial_run(&trial, "while :; do :; done", RUN_END_CPU_TIME);
    cr_expect_geq(trial.ending.cpu_ms, 1000);
    cr_expect_leq(trial.ending.cpu_ms, 4000);
}

/* No one of them uses much. */
Test(sandbox_limits, cpu_time_of_many_short_processes)
{
    trial.spec.limits.cpu_seconds = 1;
    trial_run(&trial, "while :; do (t=0; while ((t++ < 20000)); do :; done); done", RUN_END_CPU_TIME);
}

Test(sandbox_limits, wall_time)
{
    trial.spec.limits.wall_seconds = 1;
    trial_run(&trial, "sleep 60", RUN_END_WALL_TIME);
}

Test(sandbox_limits, wall_time_of_one_that_has_closed_everything)
{
    trial.spec.limits.wall_seconds = 1;
    trial_run(&trial, "exec sleep 60 <&- >&- 2>&-", RUN_END_WALL_TIME);
}

Test(sandbox_limits, processes)
{
    trial_run(&trial, ":() { : | : & }; :; sleep 60", RUN_END_PROCESSES);
}

Test(sandbox_limits, threads_are_processes)
{
    trial_run(&trial,
              "exec python3 -c 'import threading, time\n"
              "for i in range(40): threading.Thread(target=time.sleep, args=(30,)).start()'",
              RUN_END_PROCESSES);
}

/* The time of children that nobody waits for is in no other process's: it is what was last seen of them. Each uses 400
 * ms while others go on using time, too. */
Test(sandbox_limits, cpu_time_of_children_that_nobody_waits_for)
{
    trial_run(&trial,
              "exec python3 -c 'import os, signal, time\n"
              "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
              "def burn(ms):\n"
              " while time.process_time() * 1000 < ms: pass\n"
              "other = os.fork()\n"
              "if other == 0: burn(8000)\n"
              "for i in range(6):\n"
              " child = os.fork()\n"
              " if child == 0: burn(400); os._exit(0)\n"
              " try: os.waitpid(child, 0)\n"
              " except OSError: pass\n"
              "print(int(float(open(f\"/proc/{other}/stat\").read().split()[13]) * 10))\n"
              "os.kill(other, 9)'",
              RUN_END_EXIT);
    long other = strtol(text_string(&trial.output), NULL, 10);

    cr_expect_geq(trial.ending.cpu_ms, other + 6 * 400 / 2, "%lld of %ld and 2400", (long long)trial.ending.cpu_ms,
                  other);
}

Test(sandbox_limits, a_status_that_looks_like_a_limit_is_none)
{
    trial_run(&trial, "exit 152", RUN_END_SIGNAL);
    cr_expect_eq(trial.ending.signal_number, SIGXCPU);
    trial_clear(&trial);
    trial_run(&trial, "exit 153", RUN_END_SIGNAL);
    cr_expect_eq(trial.ending.signal_number, SIGXFSZ);
}

Test(sandbox_limits, wall_time_asks_before_it_kills)
{
    trial.spec.limits.wall_seconds = 1;
    trial_run(&trial, "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done", RUN_END_WALL_TIME);
    cr_expect_str_eq(text_string(&trial.output), "ready\nbye\n");
}

Test(sandbox_limits, wall_time_kills_who_does_not_listen)
{
    trial.spec.limits.wall_seconds = 1;
    trial_run(&trial, "trap '' TERM; while :; do sleep 0.1; done", RUN_END_WALL_TIME);
}

Test(sandbox_limits, disk)
{
    trial_run(&trial, "for i in $(seq 40); do dd if=/dev/zero of=/tmp/$i bs=1M count=1 2>&1 || exit 1; done",
              RUN_END_DISK);
}

Test(sandbox_limits, disk_that_is_full_at_the_end)
{
    trial_run(&trial, "dd if=/dev/zero of=a bs=1M count=15; exec dd if=/dev/zero of=/dev/shm/b bs=1M count=15",
              RUN_END_DISK);
}

/* One file that fills the disk is told as any other: no signal kills its writer. */
Test(sandbox_limits, a_full_disk_is_an_error_that_can_be_handled)
{
    trial_run(&trial,
              "dd if=/dev/zero of=a bs=1M count=99 2>&1 | grep -o 'No space left'\n"
              "stat -c %s a; rm a; dd if=/dev/zero of=b bs=1M count=16 2>/dev/null && echo fits",
              RUN_END_EXIT);
    cr_expect_eq(trial.ending.exit_code, 0);
    cr_expect_str_eq(text_string(&trial.output), "No space left\n16777216\nfits\n");
}

Test(sandbox_limits, number_of_files)
{
    trial_run(&trial, "exec python3 -c 'i = 0\nwhile True: open(str(i), \"w\").close(); i += 1'", RUN_END_EXIT);
    cr_expect_not_null(strstr(text_string(&trial.errors), "No space left"), "%s", text_string(&trial.errors));
}

Test(sandbox_limits, size_of_a_file)
{
    trial.spec.limits.file_mb = 1;
    trial_run(&trial, "exec dd if=/dev/zero of=a bs=1M count=3", RUN_END_DISK);
}

Test(sandbox_limits, open_files)
{
    trial_run(&trial, "exec python3 -c 'a = [open(\"/dev/null\") for i in range(70)]'", RUN_END_EXIT);
    cr_expect_not_null(strstr(text_string(&trial.errors), "Too many open files"));
}

Test(sandbox_limits, no_core_is_dumped)
{
    trial_run(&trial, "ulimit -c; kill -SEGV $$", RUN_END_SIGNAL);
    cr_expect_eq(trial.ending.signal_number, SIGSEGV);
    cr_expect_str_eq(text_string(&trial.output), "0\n");
}

Test(sandbox_limits, cannot_be_raised)
{
    trial_run(&trial, "ulimit -n 65 || ulimit -u 9999 || ulimit -d unlimited || ulimit -t 99", RUN_END_EXIT);
    cr_expect_neq(trial.ending.exit_code, 0);
}
