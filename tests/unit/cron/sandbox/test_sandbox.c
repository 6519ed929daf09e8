#include "cron/sandbox/sandbox.h"

#include "trial.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct trial trial;

static void set(void)
{
    trial_set(&trial);
}

static void clear(void)
{
    trial_clear(&trial);
}

TestSuite(sandbox, .init = set, .fini = clear, .timeout = 180);

Test(sandbox, says_what_the_command_said_and_its_status)
{
    trial_run(&trial, "echo out; echo err >&2; exit 7", RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output), "out\n");
    cr_expect_str_eq(text_string(&trial.errors), "err\n");
    cr_expect_eq(trial.ending.exit_code, 7);
    cr_expect_eq(trial.ending.signal_number, 0);
}

Test(sandbox, says_which_signal_ended_the_command)
{
    trial_run(&trial, "kill -USR1 $$", RUN_END_SIGNAL);
    cr_expect_eq(trial.ending.signal_number, SIGUSR1);
    cr_expect_eq(trial.ending.exit_code, -1);
}

Test(sandbox, says_that_a_command_is_not_there)
{
    trial.argv[0] = "/nonexistent";
    trial_run(&trial, "", RUN_END_LOST);
    cr_expect_not_null(strstr(text_string(&trial.errors), "/nonexistent"));
}

Test(sandbox, gives_its_variables_to_the_command_alone)
{
    trial.spec.environment = (const char *const[]){"SECRET=hun=ter2", "PATH=/usr/bin", "LD_PRELOAD=", NULL};
    trial_start(&trial, "echo \"$SECRET $PATH $HOME $PWD $(id -un) $(uname -n)\"; tr '\\0' ' ' </proc/1/cmdline; read");
    cr_expect_eq(trial_processes("hun=ter2"), 0, "nobody on the host reads it off a command line");
    trial_finish(&trial);
    cr_expect_not_null(strstr(text_string(&trial.output), "hun=ter2 /usr/bin /work /work run run\n"), "%s",
                       text_string(&trial.output));
    cr_expect_null(strstr(strchr(text_string(&trial.output), '\n'), "hun=ter2"));
}

Test(sandbox, puts_files_inside_that_cannot_be_changed)
{
    const struct sandbox_file files[] = {
        {"script.py", "print(1)", 8}, {"inventory/hosts", "a\nb", 3}, {"empty", "", 0}};

    trial.spec.files = files;
    trial.spec.file_count = 3;
    trial_run(&trial,
              "cat /coagent/script.py /coagent/inventory/hosts /coagent/empty; echo; "
              "(echo x >/coagent/script.py || rm -f /coagent/empty || mv /coagent /work/) 2>/dev/null && echo changed",
              RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output), "print(1)a\nb\n");
}

Test(sandbox, does_not_put_files_elsewhere)
{
    const struct sandbox_file files[] = {{"../work/x", "x", 1}};
    struct text why = TEXT_EMPTY;

    trial.spec.files = files;
    trial.spec.file_count = 1;
    trial.spec.argv = trial.argv;
    cr_expect_eq(sandbox_start(&trial.sandbox, &trial.spec, &why), OUTCOME_FAILED);
    cr_expect_not_null(strstr(text_string(&why), "could not be created"));
    text_free(&why);
}

Test(sandbox, sees_no_mount_but_its_own)
{
    trial_run(&trial,
              "cut -d' ' -f5,6 /proc/self/mountinfo | grep -v '^/proc ' | sed -E 's/,[a-z]*atime//g' | LC_ALL=C sort; "
              "ls -A / | grep -v '^lib.'",
              RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output), "/ ro,nosuid,nodev\n"
                                                 "/dev/full rw,nosuid,noexec\n"
                                                 "/dev/null rw,nosuid,noexec\n"
                                                 "/dev/pts rw,nosuid,noexec\n"
                                                 "/dev/random rw,nosuid,noexec\n"
                                                 "/dev/shm rw,nosuid,nodev\n"
                                                 "/dev/tty rw,nosuid,noexec\n"
                                                 "/dev/urandom rw,nosuid,noexec\n"
                                                 "/dev/zero rw,nosuid,noexec\n"
                                                 "/etc/alternatives ro,nosuid,nodev\n"
                                                 "/etc/ssl/certs ro,nosuid,nodev\n"
                                                 "/tmp rw,nosuid,nodev\n"
                                                 "/usr ro,nosuid,nodev\n"
                                                 "/work rw,nosuid,nodev\n"
                                                 "bin\ncoagent\ndev\netc\nlib\nproc\nrun\nsbin\ntmp\nusr\nvar\nwork\n");
}

/* The filter refuses it as well; here is one that lets everything through. */
Test(sandbox, allows_no_user_namespace_without_its_filter_either)
{
    const unsigned char let_through[] = {0x06, 0, 0, 0, 0, 0, 0xff, 0x7f};
    struct text filter = TEXT_EMPTY;

    text_add_bytes(&filter, (const char *)let_through, sizeof let_through);
    trial.spec.filter = &filter;
    trial_run(&trial, "unshare --user true 2>&1; echo $?; grep Seccomp_filters /proc/self/status", RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output),
                     "unshare: unshare failed: No space left on device\n1\nSeccomp_filters:\t1\n");
    text_free(&filter);
}

Test(sandbox, holds_no_descriptor_but_the_three)
{
    int extra = fcntl(STDERR_FILENO, F_DUPFD, 33);

    trial_run(&trial, "for i in {0..99}; do [ -e /proc/self/fd/$i ] && echo -n \"$i \"; done; true", RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output), "0 1 2 ");
    close(extra);
}

Test(sandbox, has_an_empty_stdin_unless_it_converses)
{
    trial_run(&trial, "read line; echo \"$?\"", RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output), "1\n");
}

Test(sandbox, converses)
{
    trial.spec.converse = true;
    trial_start(&trial, "while read line; do echo \"you said $line\"; done");
    cr_assert_eq(write(trial.sandbox.input, "hello\nbye\n", 10), 10);
    close(trial.sandbox.input);
    trial.sandbox.input = -1;
    trial_finish(&trial);
    cr_expect_eq(trial.ending.exit_code, 0);
    cr_expect_str_eq(text_string(&trial.output), "you said hello\nyou said bye\n");
}

Test(sandbox, resets_signals_that_the_runner_ignores)
{
    const struct {
        void (*action)(int);
        unsigned long rest[7];
    } ignored = {.action = SIG_IGN};

    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(syscall(SYS_rt_sigaction, 32, &ignored, NULL, 8), 0, "one that the C library keeps for itself");
    trial_run(&trial, "grep SigIgn /proc/self/status; grep SigBlk /proc/self/status", RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output), "SigIgn:\t0000000000000000\nSigBlk:\t0000000000000000\n");
}

Test(sandbox, counts_what_it_used)
{
    trial_run(&trial,
              "python3 -c 'import time; a = bytearray(b\"x\" * 50000000); t = time.process_time()\n"
              "while time.process_time() < t + 0.3: pass'",
              RUN_END_EXIT);
    cr_expect_geq(trial.ending.cpu_ms, 300);
    cr_expect_lt(trial.ending.cpu_ms, 3000);
    cr_expect_geq(trial.ending.peak_bytes, 50000000);
    cr_expect_lt(trial.ending.peak_bytes, 128 << 20);
}

Test(sandbox, counts_the_time_of_processes_that_nobody_waited_for)
{
    trial_run(&trial, "trap '' CHLD; (t=0; while ((t++ < 400000)); do :; done) & wait; exit 0", RUN_END_EXIT);
    cr_expect_geq(trial.ending.cpu_ms, 50);
}

Test(sandbox, stops_with_time_to_put_things_in_order)
{
    trial_start(&trial, "trap 'echo tidy; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
    poll(&(struct pollfd){trial.sandbox.output, POLLIN, 0}, 1, -1);
    cr_expect_not(sandbox_is_over(&trial.sandbox));
    sandbox_stop(&trial.sandbox, RUN_END_CANCELLED, 20000);
    sandbox_stop(&trial.sandbox, RUN_END_OUTPUT, 20000);
    trial_finish(&trial);
    cr_expect_str_eq(text_string(&trial.output), "ready\ntidy\n");
    cr_expect_eq(trial.ending.reason, RUN_END_CANCELLED, "the first reason stays");
}

Test(sandbox, kills_what_does_not_stop)
{
    trial_start(&trial, "trap '' TERM; echo ready; while :; do sleep 0.05; done");
    poll(&(struct pollfd){trial.sandbox.output, POLLIN, 0}, 1, -1);
    sandbox_stop(&trial.sandbox, RUN_END_OUTPUT, 200);
    trial_finish(&trial);
    cr_expect_eq(trial.ending.reason, RUN_END_OUTPUT);
}

Test(sandbox, sends_signals)
{
    trial_start(&trial, "trap 'echo got; exit 4' USR1; echo ready; while :; do sleep 0.05; done");
    poll(&(struct pollfd){trial.sandbox.output, POLLIN, 0}, 1, -1);
    sandbox_signal(&trial.sandbox, SIGUSR1);
    trial_finish(&trial);
    cr_expect_eq(trial.ending.exit_code, 4, "%s", text_string(&trial.output));
}

Test(sandbox, is_over_when_it_says_so)
{
    struct pollfd control;

    trial_start(&trial, "sleep 0.2");
    cr_expect_not(sandbox_is_over(&trial.sandbox));
    control = (struct pollfd){trial.sandbox.control, POLLIN, 0};
    cr_assert_eq(poll(&control, 1, 20000), 1);
    cr_expect(sandbox_is_over(&trial.sandbox));
    cr_expect_eq(sandbox_end(&trial.sandbox)->reason, RUN_END_EXIT);
}

Test(sandbox, leaves_no_process_when_the_command_ends)
{
    trial_run(&trial,
              "(setsid setsid sleep 4711.1 >/dev/null 2>&1 &); nohup sleep 4711.1 >/dev/null 2>&1 & "
              "setsid bash -c 'trap \"\" TERM HUP; sleep 4711.1' & sleep 0.1",
              RUN_END_EXIT);
    cr_expect_eq(trial_processes("4711.1"), 0);
}

Test(sandbox, leaves_no_process_when_it_is_closed)
{
    trial_start(&trial, "sleep 4711.2 & echo ready; sleep 4711.2");
    poll(&(struct pollfd){trial.sandbox.output, POLLIN, 0}, 1, -1);
    sandbox_close(&trial.sandbox);
    cr_expect_eq(trial_processes("4711.2"), 0);
}

Test(sandbox, says_when_it_was_killed_from_outside)
{
    trial_start(&trial, "echo ready; sleep 4711.3");
    poll(&(struct pollfd){trial.sandbox.output, POLLIN, 0}, 1, -1);
    kill(trial.sandbox.keeper, SIGKILL);
    trial_finish(&trial);
    cr_expect_eq(trial.ending.reason, RUN_END_LOST);
    cr_expect_eq(trial_processes("4711.3"), 0);
}

/* Killed after a time that differs, so that it happens in each stage of the start. */
Test(sandbox, dies_with_its_executor)
{
    for (unsigned microseconds = 0; microseconds <= 40000; microseconds += 800) {
        pid_t executor = fork();

        if (executor == 0) {
            trial_start(&trial, "(setsid sleep 4711.4 &) ; sleep 4711.4");
            pause();
        }
        usleep(microseconds);
        kill(executor, SIGKILL);
        waitpid(executor, NULL, 0);
    }
    cr_expect(trial_vanish("4711.4"));
}

Test(sandbox, is_not_started_as_root, .init = NULL)
{
    struct text why = TEXT_EMPTY;

    trial.spec.argv = trial.argv;
    if (geteuid() == 0) {
        cr_expect_eq(sandbox_start(&trial.sandbox, &trial.spec, &why), OUTCOME_FAILED);
        cr_expect_not_null(strstr(text_string(&why), "unprivileged"));
    }
    text_free(&why);
}

/* Descriptors in messages that nobody has received count for all processes of a user, and each may have as many as its
 * own limit of open files: a run that has more under way than that hinders no other. */
Test(sandbox, descriptors_in_flight_hinder_no_other_run)
{
    struct trial beside;

    trial_set(&beside);
    trial.spec.limits.open_files = 512;
    trial_start(&trial, "exec python3 -c 'import array, os, socket, time\n"
                        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                        "a.setblocking(False)\n"
                        "count = 0\n"
                        "rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array(\"i\", [0] * 253))]\n"
                        "try:\n"
                        " while True: count += 253 * bool(a.sendmsg([b\"x\"], rights))\n"
                        "except OSError as error: print(count, flush=True)\n"
                        "time.sleep(60)'");
    trial_read_line(&trial);
    cr_assert_gt(strtol(text_string(&trial.output), NULL, 10), 256, "%s", text_string(&trial.output));
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){128, 128}), 0);
    trial_run(&beside, "echo result >output.json", RUN_END_EXIT);
    cr_expect_eq(beside.ending.exit_code, 0);
    cr_expect_eq(faccessat(beside.sandbox.folder, "work/output.json", F_OK, 0), 0);
    trial_clear(&beside);
    sandbox_stop(&trial.sandbox, RUN_END_CANCELLED, 0);
    trial_finish(&trial);
    cr_expect_eq(trial.ending.reason, RUN_END_CANCELLED);
}

/* What was asked for is the reason, also when the keeper could not say so. */
Test(sandbox, a_keeper_that_hangs_is_killed_with_all)
{
    trial_start(&trial, "echo ready; sleep 601.25");
    trial_read_line(&trial);
    kill(trial.sandbox.keeper, SIGSTOP);
    for (int i = 0; i < 10000 && !trial.sandbox.over && sandbox_signal(&trial.sandbox, SIGUSR2); i++)
        continue; /* until it can be told no more */
    sandbox_stop(&trial.sandbox, RUN_END_CANCELLED, 1000);
    trial_finish(&trial);
    cr_expect_eq(trial.ending.reason, RUN_END_CANCELLED);
    cr_expect(trial_vanish("601.25"));
}

Test(sandbox, a_folder_that_is_bound_is_seen_and_cannot_be_changed)
{
    char folder[] = "/tmp/coagent-bind-XXXXXX";
    char *name;
    int file;

    cr_assert_not_null(mkdtemp(folder));
    name = text_format("%s/word", folder);
    file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    cr_assert_eq(write(file, "echo hello\n", 11), 11);
    close(file);
    trial.spec.binds[0] = (struct sandbox_bind){folder, "dependencies"};
    trial_run(&trial,
              "cd /dependencies && bash word && ls . /tmp; touch new 2>&1; chmod 777 word 2>&1; rm -f word 2>&1",
              RUN_END_EXIT);
    cr_expect_str_eq(text_string(&trial.output), "hello\n.:\nword\n\n/tmp:\n"
                                                 "touch: cannot touch 'new': Read-only file system\n"
                                                 "chmod: changing permissions of 'word': Read-only file system\n"
                                                 "rm: cannot remove 'word': Read-only file system\n");
    unlink(name);
    free(name);
    rmdir(folder);
}

Test(sandbox, a_folder_that_is_not_there_cannot_be_bound)
{
    struct text why = TEXT_EMPTY;

    trial.argv[2] = "true";
    trial.spec.argv = trial.argv;
    trial.spec.binds[0] = (struct sandbox_bind){"/nowhere/at/all", "dependencies"};
    cr_expect_eq(sandbox_start(&trial.sandbox, &trial.spec, &why), OUTCOME_FAILED);
    cr_expect_str_eq(text_string(&why), "/dependencies of the sandbox could not be opened: No such file or directory.");
    text_free(&why);
}
