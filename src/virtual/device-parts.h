/*
 * What the parts of a virtual device share. Private to this folder; the
 * outside sees device.h.
 *
 * device.c is the life of a device: power, bus, restarts, the system thread.
 * transfer.c carries its transfers and puts faults on them. The other parts
 * answer: a part is given a setup packet and says at once what the device does
 * with it; when the data stage of an IN transfer has gone out it is told, for
 * that is when hardware goes on (channel: slots are freed; DFU: erases and
 * writes).
 */
#ifndef PTERM_VIRTUAL_DEVICE_PARTS_H
#define PTERM_VIRTUAL_DEVICE_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/usb.h"
#include "loop/loop.h"
#include "virtual/device.h"
#include "virtual/fault.h"

struct vdev_cdc;
struct vdev_channel;
struct vdev_dfu;
struct vdev_flash;
struct vdev_vendor;

/* What the device does with a control transfer. */
enum vdev_answer {
	VDEV_ANSWER_OK,
	VDEV_ANSWER_STALL,
	VDEV_ANSWER_NAK,	/* never answers */
};

/* Device OS versions, to compare. */
#define VDEV_VERSION(major, minor, patch) \
	((uint32_t)(major) << 16 | (uint32_t)(minor) << 8 | (uint32_t)(patch))

/* What the application does with its own control requests (type 10). */
enum vdev_app {
	VDEV_APP_ECHO,
	VDEV_APP_NONE,		/* has no handler */
	VDEV_APP_SLOW,		/* answers when vdev_app_answer() says so */
	VDEV_APP_COMPLETION,	/* echo; wants to be told the end */
};

TAILQ_HEAD(vdev_urbs, vdev_urb);

struct vdev {
	struct loop			*loop;
	struct vdev_spec		 spec;
	uint32_t			 version;

	/* Life (device.c). */
	const struct vdev_port_ops	*ops;
	void				*ops_arg;
	bool				 is_powered;
	bool				 is_attached;
	bool				 is_leaving;	/* detached() is due */
	bool				 will_boot;	/* into `next` then */
	bool				 will_return;
	bool				 will_reattach;
	enum vdev_mode			 running;	/* never LISTENING */
	enum vdev_mode			 next;		/* after the restart */
	bool				 next_listens;
	bool				 is_listening;
	bool				 is_blinking;
	bool				 is_modem_on;
	uint64_t			 boot_us;	/* when it started */
	uint64_t			 return_us;	/* how long it is away */
	struct loop_timer		*restart_timer;
	struct loop_timer		*arrive_timer;

	/* Cloud, as far as it shows (requests.c). */
	bool				 wants_cloud;
	uint64_t			 cloud_us;	/* when that changed */

	/* The system thread (device.c). */
	struct loop_timer		*thread_timer;
	bool				 thread_is_held;

	/* Transfers (transfer.c). */
	struct vdev_urbs		 control;	/* endpoint 0, in order */
	struct vdev_urbs		 bulk_in;
	struct vdev_urbs		 bulk_out;
	struct vdev_urbs		 idle;		/* NAKed for ever */
	struct vdev_urbs		 ending;	/* wait for their callback */
	struct loop_timer		*control_timer;
	struct loop_timer		*data_timer;
	struct loop_timer		*ending_timer;
	uint64_t			 busy_until_us;	/* endpoint 0 NAKs */
	struct vdev_fault_state		*faults;
	size_t				 fault_count;
	uint32_t			 noise;		/* for garbage */

	/* What answers. Those of a mode exist while it runs. */
	uint8_t				 configuration;
	struct vdev_channel		*channel;
	struct vdev_vendor		*vendor;
	struct vdev_cdc			*cdc;
	struct vdev_dfu			*dfu;
	struct vdev_flash		*flash[PLATFORM_DFU_ALTS_MAX];

	/* Of replays and tests (inside.h). */
	void			       (*observer)(const char *text, void *arg);
	void				*observer_arg;
	enum vdev_app			 app;
	int32_t				 app_result;
	bool				 app_completes;
	bool				 flash_fails;
	bool				 payloads_fail;
	size_t				 pool_size;
};

/* --- device.c ----------------------------------------------------------- */

/* Hardware's time on this device's clock. */
uint64_t	vdev_scaled(const struct vdev *dev, uint64_t us);
/* Leaves the bus after delay_us (0: at once) and comes back as mode. */
void		vdev_restart(struct vdev *dev, enum vdev_mode mode,
		    uint64_t delay_us);
/* Leaves the bus at once and comes back after away_us as it was; 0: never. */
void		vdev_vanish(struct vdev *dev, uint64_t away_us);
/* Detaches and attaches without a restart, when the transfer that asked for it
 * was answered: vdev_answered(). */
void		vdev_reattach(struct vdev *dev);
void		vdev_answered(struct vdev *dev);
/* All that left the bus was told; detached() is next (transfer.c). */
void		vdev_left(struct vdev *dev);
/* The system thread has something to do. */
void		vdev_thread_wake(struct vdev *dev);
/* The system works but the application does not run. */
bool		vdev_has_app(const struct vdev *dev);
bool		vdev_set_listening(struct vdev *dev, bool on);
uint64_t	vdev_uptime_us(const struct vdev *dev);
/* One line for the observer, in the words of the transcripts. */
void		vdev_observe(struct vdev *dev, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* Hex for such a line, "-" for none. Free it. */
char		*vdev_hex(const void *data, size_t len);

/* --- requests.c --------------------------------------------------------- */

/* Whether the user part's dependency is there; else it does not run. */
bool		vdev_user_part_fits(const struct vdev *dev);

/* --- transfer.c --------------------------------------------------------- */

void	vdev_transfer_init(struct vdev *dev);
void	vdev_transfer_fini(struct vdev *dev);
/* All open transfers end with status, then vdev_left() is called. */
void	vdev_transfer_end_all(struct vdev *dev, enum usb_status status);
/* There is serial output, or room for input. */
void	vdev_data_wake(struct vdev *dev);

/* --- fault.c ------------------------------------------------------------ */

/* The fault that hits this transfer, or NULL. Counts it. */
const struct vdev_fault *vdev_fault_for(struct vdev *dev,
	    const struct usb_setup *setup);
/* Whether the departure that begins now has no return. */
bool	vdev_fault_no_return(struct vdev *dev);

/* --- descriptors.c ------------------------------------------------------ */

#define VDEV_STRING_MANUFACTURER	1
#define VDEV_STRING_PRODUCT		2
#define VDEV_STRING_SERIAL		3
#define VDEV_STRING_CONFIGURATION	4
#define VDEV_STRING_CONTROL		5
#define VDEV_STRING_CDC			6
#define VDEV_STRING_MSFT		0xee
#define VDEV_STRING_SECURITY		0xfa	/* "sm=" */

bool	vdev_has_control(const struct vdev *dev);
/* RTL872x registers the control interface before the serial ones. */
bool	vdev_control_is_first(const struct vdev *dev);
uint8_t	vdev_control_interface(const struct vdev *dev);
uint8_t	vdev_cdc_interface(const struct vdev *dev);
bool	vdev_has_cdc(const struct vdev *dev);
uint8_t	vdev_interface_count(const struct vdev *dev);
/* GET_DESCRIPTOR; also the Microsoft requests (bRequest 0xee). */
enum vdev_answer vdev_descriptor(struct vdev *dev,
	    const struct usb_setup *setup, struct buf *in);
enum vdev_answer vdev_msft(struct vdev *dev, const struct usb_setup *setup,
	    struct buf *in);

/* strings.c */
enum vdev_answer vdev_string_descriptor(struct vdev *dev, uint8_t index,
	    struct buf *in);

/* --- standard.c --------------------------------------------------------- */

enum vdev_answer vdev_standard(struct vdev *dev, const struct usb_setup *setup,
	    struct buf *in);

#endif
