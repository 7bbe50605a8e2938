/*
 * The result codes of control requests (Device OS' system_error.h): 0 is good,
 * negative ones are refusals and failures of the device.
 */
#ifndef PTERM_PARTICLE_CTRL_RESULT_H
#define PTERM_PARTICLE_CTRL_RESULT_H

#include <stdint.h>

#include "base/error.h"

#define CTRL_RESULT_OK			0
#define CTRL_RESULT_BUSY		(-110)
#define CTRL_RESULT_NOT_SUPPORTED	(-120)
#define CTRL_RESULT_NOT_ALLOWED		(-130)
#define CTRL_RESULT_CANCELLED		(-140)
#define CTRL_RESULT_ABORTED		(-150)
#define CTRL_RESULT_TIMEOUT		(-160)
#define CTRL_RESULT_NOT_FOUND		(-170)
#define CTRL_RESULT_PROTECTED		(-1801)

/* Returns -1: "Device Protection is active (PROTECTED, -1801)". */
int		 ctrl_result_error(int32_t result, struct error *err);

#endif
