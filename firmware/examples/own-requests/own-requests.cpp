/*
 * An application that answers control requests of its own. There is one hook per
 * application, so this one keeps it (PTERM_HANDLER_OWN_REQUESTS, for the whole
 * build) and hands ours on. A request of size 0 is the handler's query: it comes
 * first, or the host would not find the handler.
 */
#include "Particle.h"

#include "PtermHandler.h"

#if SYSTEM_VERSION < SYSTEM_VERSION_DEFAULT(6, 2, 0)
SYSTEM_THREAD(ENABLED);		/* later systems always have it */
#endif

void
setup()
{
	PtermHandler::app("own-requests", "1.0.0");
	PtermHandler::begin();
	/* The application's own word: here, for an hour from the start. */
	PtermHandler::arm(3600);
}

void
loop()
{
	PtermHandler::process();
}

void
ctrl_request_custom_handler(ctrl_request *req)
{
	if (PtermHandler::handleRequest(req))
		return;			/* answered; not ours to touch */
	if (req->request_size == 1 && req->request_data[0] == 't') {
		/* ... whatever the application does at 't' ... */
		system_ctrl_set_result(req, 0, nullptr, nullptr, nullptr);
		return;
	}
	system_ctrl_set_result(req, -120, nullptr, nullptr, nullptr);
}
