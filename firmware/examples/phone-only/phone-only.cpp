/*
 * No button: the phone does it. The functions SetDFU and ResetDevice appear in
 * the Particle app and the console. "arm" arms for five minutes, then "now" or
 * "in 10s" acts; "arm now" is both at once. Remote arming is allowed here, so
 * whoever may call the device's functions may stop it: for the bench only.
 */
#include "Particle.h"

#include "PtermHandler.h"

#if SYSTEM_VERSION < SYSTEM_VERSION_DEFAULT(6, 2, 0)
SYSTEM_THREAD(ENABLED);		/* later systems always have it */
#endif

void
setup()
{
	PtermHandler::app("phone-only", "1.0.0");
	PtermHandler::useCloud();
	PtermHandler::allowRemoteArm();
	PtermHandler::begin();
}

void
loop()
{
	PtermHandler::process();
}
