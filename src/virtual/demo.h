/* The bench of pterm --demo, compiled into the program (data/demo.bench). */
#ifndef PTERM_VIRTUAL_DEMO_H
#define PTERM_VIRTUAL_DEMO_H

extern const char	demo_bench[];

#endif
