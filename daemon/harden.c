/*
 * harden.c - no core files, no tracing, no files for others.
 *
 * Runs first. Keys in memory are wiped by their owners (proto/base/mem.c);
 * this keeps them from leaving while they are there. Read next: keptd.c.
 */
#include "daemon/harden.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

int harden_process(struct err *err)
{
	const struct rlimit none = { 0, 0 };

	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set_os(err, ERR_IO, errno,
				  "This system doesn't let keptd close its "
				  "memory to others.");
	return 0;
}
