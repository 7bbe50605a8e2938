/*
 * What Linux's driver cdc_acm does with one attachment of a serial function:
 * its class requests, one after the other, each waiting up to 5 s for the
 * device; and what it remembers between them.
 *
 * A request that changes nothing is not sent. Callbacks come from the loop.
 */
#ifndef PTERM_VIRTUAL_ACM_H
#define PTERM_VIRTUAL_ACM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/usb.h"
#include "loop/loop.h"
#include "virtual/device.h"

#define ACM_DTR		0x01
#define ACM_RTS		0x02
#define ACM_BAUD	9600	/* what a tty has when it is new */

struct acm;
struct acm_request;

typedef void (*acm_done_cb)(enum usb_status status, void *arg);

struct acm	*acm_new(struct loop *loop, struct vdev *dev,
		    uint8_t interface);
/* Open requests end without a callback. */
void		 acm_free(struct acm *acm);

struct acm_request *acm_set_baud(struct acm *acm, unsigned baud,
		    acm_done_cb cb, void *arg);
/* lines: those of mask become as in set. */
struct acm_request *acm_set_lines(struct acm *acm, unsigned mask, unsigned set,
		    acm_done_cb cb, void *arg);
/* value: ms, 0xffff for ever, 0 ends it. */
struct acm_request *acm_send_break(struct acm *acm, uint16_t value,
		    acm_done_cb cb, void *arg);
/* The request is made all the same; nobody is told. NULL is fine. */
void		 acm_forget(struct acm_request *request);

#endif
