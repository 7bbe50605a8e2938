/*
 * A box with one button, between D2 and ground. Hold it for three seconds: the
 * handler is armed for five minutes. Then press once for DFU, twice for a
 * reset. Build with PTERM_HANDLER_DEV (see the README).
 */
#include "Particle.h"

#include "PtermHandler.h"

#if SYSTEM_VERSION < SYSTEM_VERSION_DEFAULT(6, 2, 0)
SYSTEM_THREAD(ENABLED);		/* later systems always have it */
#endif

void
setup()
{
	PtermHandler::app("sealed-box", "1.0.0");
	PtermHandler::button(D2);
	PtermHandler::onPress(PTERM_HANDLER_DFU);
	PtermHandler::onDoublePress(PTERM_HANDLER_RESET);
	PtermHandler::begin();
}

void
loop()
{
	PtermHandler::process();
}
