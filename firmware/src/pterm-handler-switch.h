/*
 * Whether the handler is in this build. The project says so, by
 * EXTRA_CFLAGS=-DPTERM_HANDLER_DEV or by a file pterm-handler-config.h in its
 * src/ that defines PTERM_HANDLER_DEV. It must hold for the whole build: a
 * #define in one source file is not seen by the library, and does not link.
 * Without it, or with the value 0, no byte of the handler is built.
 */
#ifndef PTERM_HANDLER_SWITCH_H
#define PTERM_HANDLER_SWITCH_H

#if defined(__has_include)
#if __has_include("pterm-handler-config.h")
#include "pterm-handler-config.h"
#endif
#endif

/* Defined without a value counts as on: the sum is then 1, with 0 it is -1. */
#if !defined(PTERM_HANDLER_DEV)
#define PTERM_HANDLER_IS_BUILT 0
#elif (0 - PTERM_HANDLER_DEV - 1) == -1
#define PTERM_HANDLER_IS_BUILT 0
#else
#define PTERM_HANDLER_IS_BUILT 1
#endif

#endif
