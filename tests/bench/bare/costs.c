#include "costs.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCHES 15
#define FORKS 200
#define PAGES 2048

static double micros(struct timeval time)
{
    return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

static double used_us(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return micros(usage.ru_utime) + micros(usage.ru_stime);
}

static long faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

static double fork_batch(void)
{
    double begun = used_us(RUSAGE_SELF) + used_us(RUSAGE_CHILDREN);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0 || waitpid(child, NULL, 0) != child)
            exit(EXIT_FAILURE);
    }
    return (used_us(RUSAGE_SELF) + used_us(RUSAGE_CHILDREN) - begun) / FORKS;
}

/* Divided by the faults that really were: a kernel may give more than one page at a time. */
static double fault_batch(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        exit(EXIT_FAILURE);
    madvise(memory, PAGES * page, MADV_NOHUGEPAGE);
    long before = faults();
    double begun = used_us(RUSAGE_SELF);
    for (size_t i = 0; i < PAGES; i++)
        ((volatile char *)memory)[i * page] = 1;
    double used = used_us(RUSAGE_SELF) - begun;
    long happened = faults() - before;
    munmap(memory, PAGES * page);
    return used / (double)(happened > 0 ? happened : 1);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double (*batch)(void))
{
    double taken[BATCHES];
    for (int i = 0; i < BATCHES; i++)
        taken[i] = batch();
    qsort(taken, BATCHES, sizeof *taken, compare);
    return taken[BATCHES / 2];
}

double costs_fork_us(void)
{
    return median(fork_batch);
}

double costs_fault_us(void)
{
    return median(fault_batch);
}
