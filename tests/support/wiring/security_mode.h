/* The part of Device OS's header of this name that the glue uses. */
#ifndef PTERM_TESTS_WIRING_SECURITY_MODE_H
#define PTERM_TESTS_WIRING_SECURITY_MODE_H

enum {
	MODULE_INFO_SECURITY_MODE_NONE,
	MODULE_INFO_SECURITY_MODE_PROTECTED,
};

extern "C" int security_mode_get(void *reserved);

#endif
