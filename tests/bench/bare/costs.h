/* What the machine takes for what every child of the pool needs, whoever asks: CPU time, in microseconds. */
#ifndef COAGENT_BENCH_COSTS_H
#define COAGENT_BENCH_COSTS_H

/* fork, _exit and waitpid of a process as small as this one. */
double costs_fork_us(void);

/* The first write to a page of fresh memory. */
double costs_fault_us(void);

#endif
