/*
 * The same source for the bench and for the customer. Without PTERM_HANDLER_DEV
 * each of these calls is empty: no code, no pin, no cloud function, no answer to
 * requests. What only the bench needs stays outside an #if this way. The lock is
 * for bench builds that leave the bench.
 */
#include "Particle.h"

#include "PtermHandler.h"

#if SYSTEM_VERSION < SYSTEM_VERSION_DEFAULT(6, 2, 0)
SYSTEM_THREAD(ENABLED);		/* later systems always have it */
#endif

static bool
isOnBench()
{
	return digitalRead(D3) == LOW;	/* a jumper inside the box */
}

void
setup()
{
	pinMode(D3, INPUT_PULLUP);
	PtermHandler::app("production", "1.0.0");
	PtermHandler::button(D2);
	PtermHandler::onPress(PTERM_HANDLER_DFU);
	PtermHandler::useCloud();
	PtermHandler::begin();
	if (!isOnBench())
		PtermHandler::lock();	/* until the next reset */
}

void
loop()
{
	PtermHandler::process();
}
