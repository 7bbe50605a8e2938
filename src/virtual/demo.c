#include "config.h"

#include "virtual/demo.h"

const char demo_bench[] =
#include "virtual/demo-text.h"
    ;
