/*
 * DFU: walks through the states of a bootloader, for what pterm wants of it.
 *
 * Same shape as ctrl.h, and the same steps: dfu_next() yields a transfer, a
 * pause or the end; the ends of transfers go into dfu_reply(). The interface
 * must be claimed. A walk keeps nothing on the device: to end one early, cancel
 * its transfer and forget it; the next walk clears up first.
 *
 * Every walk first brings the device to a state that it can start from,
 * whatever another program left behind (reference 6.3), and is ready for the
 * stalls that the bootloaders have to spare. After DFU_LEAVE and DFU_SAFE_MODE
 * the device restarts 500 ms later, and any further request would cancel that
 * on Gen 3 and 4: send nothing more, and look for it on the bus (6.8).
 */
#ifndef PTERM_PARTICLE_DFU_H
#define PTERM_PARTICLE_DFU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/usb.h"
#include "particle/ctrl.h"

enum dfu_state {
	DFU_STATE_APP_IDLE,
	DFU_STATE_APP_DETACH,
	DFU_STATE_IDLE,
	DFU_STATE_DNLOAD_SYNC,
	DFU_STATE_DNBUSY,
	DFU_STATE_DNLOAD_IDLE,
	DFU_STATE_MANIFEST_SYNC,
	DFU_STATE_MANIFEST,
	DFU_STATE_MANIFEST_WAIT_RESET,
	DFU_STATE_UPLOAD_IDLE,
	DFU_STATE_ERROR,
};

#define DFU_STATUS_OK		0x00
#define DFU_STATUS_VENDOR	0x0b	/* Device Protection says no */

/* The reply to GETSTATUS. */
struct dfu_status {
	uint8_t		status;
	uint8_t		state;		/* enum dfu_state, or another */
	uint32_t	poll_ms;
	uint8_t		string;		/* iString; 0 none */
};

bool		 dfu_status_parse(struct dfu_status *out, const uint8_t *data,
		    size_t len);
/* "dfuIDLE"; NULL: not known. */
const char	*dfu_state_name(uint8_t state);
/* "erase failed"; NULL: not known. */
const char	*dfu_status_text(uint8_t status);

enum dfu_goal {
	DFU_GO_IDLE,
	DFU_COMMANDS,		/* which DfuSe commands there are */
	DFU_LEAVE,		/* start the firmware */
	DFU_SAFE_MODE,		/* start it in safe mode; 6.1.1 and later */
};

enum dfu_outcome {
	DFU_RUNNING,
	DFU_DONE,
	DFU_UNSUPPORTED,	/* the bootloader does not know the command */
	DFU_REFUSED,		/* it said why: see last */
	DFU_LEAVING,		/* it is about to leave by itself */
	DFU_GONE,
	DFU_TIMEOUT,
	DFU_ACCESS,
	DFU_IO,
	DFU_PROTOCOL,
	DFU_CANCELLED,
};

/* DfuSe commands (reference 6.2). */
#define DFUSE_SET_ADDRESS	0x21
#define DFUSE_ERASE		0x41
#define DFUSE_SAFE_MODE		0xfa
#define DFUSE_END_SERVICE	0xfb

#define DFU_COMMANDS_MAX	64

/* Read outcome, last and commands; the rest is dfu.c's. */
struct dfu {
	enum dfu_outcome	 outcome;
	struct dfu_status	 last;		/* what it said last */
	uint8_t			 commands[DFU_COMMANDS_MAX];
	size_t			 command_count;

	enum dfu_goal		 goal;
	uint8_t			 interface;
	unsigned		 phase;
	bool			 in_flight;
	unsigned		 wait_ms;
	unsigned		 rounds;	/* requests so far: it must end */
	unsigned		 stalls;
	unsigned		 restarts;
	bool			 did_send;	/* leaving is what comes now */
	uint8_t			 out[1];
};

void	dfu_init(struct dfu *d, enum dfu_goal goal, uint8_t interface);
void	dfu_next(struct dfu *d, struct ctrl_step *step);
void	dfu_reply(struct dfu *d, enum usb_status status, const uint8_t *data,
	    size_t len);
void	dfu_waited(struct dfu *d);
bool	dfu_has_command(const struct dfu *d, uint8_t command);

/* 0 where it is done; else -1 and the reason in words. */
int	dfu_error(const struct dfu *d, struct error *err);

#endif
