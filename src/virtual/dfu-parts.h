/*
 * What dfu.c and dfu-gen2.c share. Private to them.
 */
#ifndef PTERM_VIRTUAL_DFU_PARTS_H
#define PTERM_VIRTUAL_DFU_PARTS_H

#include "virtual/dfu.h"

/* USB DFU 1.1, 3. */
enum dfu_request {
	DFU_DETACH,
	DFU_DNLOAD,
	DFU_UPLOAD,
	DFU_GETSTATUS,
	DFU_CLRSTATUS,
	DFU_GETSTATE,
	DFU_ABORT,
};

/* USB DFU 1.1, 6.1.2. */
enum dfu_state {
	DFU_IDLE = 2,
	DFU_DNLOAD_SYNC,
	DFU_DNBUSY,
	DFU_DNLOAD_IDLE,
	DFU_MANIFEST_SYNC,
	DFU_MANIFEST,
	DFU_MANIFEST_WAIT_RESET,
	DFU_UPLOAD_IDLE,
	DFU_ERROR,
};

enum dfu_status {
	DFU_OK = 0x00,
	DFU_ERR_TARGET = 0x01,
	DFU_ERR_VENDOR = 0x0b,
	DFU_ERR_UNKNOWN = 0x0e,
	DFU_ERR_STALLEDPKT = 0x0f,
};

/* ST's DfuSe, and what Device OS adds. */
#define DFUSE_GET_COMMANDS	0x00
#define DFUSE_SET_ADDRESS	0x21
#define DFUSE_ERASE		0x41
#define DFUSE_READ_UNPROTECT	0x92
#define DFUSE_SAFE_MODE		0xfa
#define DFUSE_END_SERVICE	0xfb

#define DFU_LEAVE_US		500000

struct vdev_dfu {
	struct vdev		*dev;
	bool			 is_gen2;
	uint8_t			 alt;
	uint8_t			 state;		/* also values of no state */
	uint8_t			 shown;		/* bState; Gen 2 tells another */
	uint8_t			 status;
	uint16_t		 poll_ms;
	uint8_t			 string;
	uint32_t		 address;
	uint16_t		 block;		/* of the last DNLOAD */
	uint16_t		 length;
	uint8_t			*data;		/* transfer_size bytes */
	bool			 to_safe_mode;
	/* A block of the system part was refused in service mode. */
	bool			 system_is_bad;
	struct loop_timer	*leave_timer;
};

uint16_t dfu_transfer_size(const struct vdev_dfu *dfu);
/* pointer + (block - 2) * transfer size */
uint32_t dfu_block_address(const struct vdev_dfu *dfu, uint16_t block);
uint32_t dfu_command_address(const struct vdev_dfu *dfu);
/* 500 ms later the device restarts. */
void	dfu_leave_later(struct vdev_dfu *dfu);
void	dfu_put_status(const struct vdev_dfu *dfu, struct buf *in);
void	dfu_bus_detach(struct vdev_dfu *dfu);

/* dfu-memory.c: the memory of the alternate setting. */
bool	dfu_is_dct(const struct vdev_dfu *dfu);
bool	dfu_contains(const struct vdev_dfu *dfu, uint32_t address);
/* False where the bootloader refuses. us grows by what it
 * takes. */
bool	dfu_erase(struct vdev_dfu *dfu, uint32_t address, uint64_t *us);
bool	dfu_write(struct vdev_dfu *dfu, uint32_t address, uint64_t *us);
bool	dfu_read(struct vdev_dfu *dfu, uint32_t address, uint16_t len,
	    struct buf *in);

/* dfu-gen2.c */
enum vdev_answer dfu_gen2_setup(struct vdev_dfu *dfu,
	    const struct usb_setup *setup, const uint8_t *out, struct buf *in);
uint64_t dfu_gen2_sent(struct vdev_dfu *dfu);

#endif
