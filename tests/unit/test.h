/* What every unit test includes: cmocka with what it needs before, and base. */
#ifndef OG_TESTS_UNIT_TEST_H
#define OG_TESTS_UNIT_TEST_H

#include "base/base.h"

#include <setjmp.h>

#include <cmocka.h>

/* assert_ok(call, report): the status is OG_OK; otherwise the test fails with the report's text. */
#define assert_ok(call, report)                                                                    \
    do {                                                                                           \
        if ((call) != OG_OK)                                                                       \
            fail_msg("%s: %s (%s) %s", #call, (report)->what, (report)->where, (report)->hint);    \
    } while (0)

#endif
