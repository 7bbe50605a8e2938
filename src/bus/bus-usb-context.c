/*
 * libusb's descriptors among those of the loop.
 */
#include "config.h"

#include <poll.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bus/bus-usb-parts.h"

/* --- Poll descriptors --------------------------------------------------- */

static void
usb_fd_ready(int fd, unsigned events, void *arg)
{
	struct usb_context *context = arg;

	(void)fd, (void)events;
	/* Once a turn, however many are ready. */
	loop_deferred_schedule(context->usb->pump);
}

static void
usb_pollfd_add(int fd, short events, void *arg)
{
	struct usb_context *context = arg;
	struct usb_pollfd *pollfd = xcalloc(1, sizeof *pollfd);
	unsigned wanted = 0;

	if (events & POLLIN)
		wanted |= LOOP_READ;
	if (events & POLLOUT)
		wanted |= LOOP_WRITE;
	pollfd->fd = fd;
	pollfd->source = loop_fd_new(context->usb->loop, fd, wanted,
	    usb_fd_ready, context);
	TAILQ_INSERT_TAIL(&context->pollfds, pollfd, entry);
}

static void
usb_pollfd_free(struct usb_context *context, struct usb_pollfd *pollfd)
{
	TAILQ_REMOVE(&context->pollfds, pollfd, entry);
	loop_fd_free(pollfd->source);
	free(pollfd);
}

static void
usb_pollfd_remove(int fd, void *arg)
{
	struct usb_context *context = arg;
	struct usb_pollfd *pollfd;

	TAILQ_FOREACH(pollfd, &context->pollfds, entry) {
		if (pollfd->fd == fd) {
			usb_pollfd_free(context, pollfd);
			return;
		}
	}
}

/* --- Contexts ----------------------------------------------------------- */

void
usb_context_free(struct usb_context *context)
{
	struct usb_pollfd *pollfd;

	libusb_set_pollfd_notifiers(context->ctx, NULL, NULL, NULL);
	while ((pollfd = TAILQ_FIRST(&context->pollfds)) != NULL)
		usb_pollfd_free(context, pollfd);
	libusb_exit(context->ctx);
	TAILQ_REMOVE(&context->usb->contexts, context, entry);
	free(context);
}

struct usb_context *
usb_context_new(struct bus_usb *usb, struct error *err)
{
	struct usb_context *context = xcalloc(1, sizeof *context);
	const struct libusb_pollfd **pollfds;
	int result;

	context->usb = usb;
	TAILQ_INIT(&context->pollfds);
	result = libusb_init(&context->ctx);
	if (result != 0) {
		error_set(err, ERROR_FAILED, "libusb does not start: %s",
		    libusb_strerror(result));
		free(context);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&usb->contexts, context, entry);
	libusb_set_pollfd_notifiers(context->ctx, usb_pollfd_add,
	    usb_pollfd_remove, context);
	pollfds = libusb_get_pollfds(context->ctx);
	for (size_t i = 0; pollfds != NULL && pollfds[i] != NULL; i++)
		usb_pollfd_add(pollfds[i]->fd, pollfds[i]->events, context);
	libusb_free_pollfds(pollfds);
	return context;
}

void
usb_contexts_sweep(struct bus_usb *usb)
{
	struct usb_context *context, *next;

	context = TAILQ_FIRST(&usb->contexts);
	for (context = context != NULL ? TAILQ_NEXT(context, entry) : NULL;
	    context != NULL; context = next) {
		next = TAILQ_NEXT(context, entry);
		if (context->uses == 0)
			usb_context_free(context);
	}
}
