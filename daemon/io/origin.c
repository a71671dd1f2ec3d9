/*
 * origin.c - what the file of the database looks like from outside, so that a
 * copy or a restore is noticed (PROTOCOL.md section 9).
 *
 * Never opens the database. Read next: daemon/node_instance.c.
 */
#include "daemon/io/shell.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "daemon/statefile.h"
#include "proto/base/paths.h"

void origin_read(const char *data_dir, struct buf *out)
{
	char path[PATH_BYTES];
	struct statx at;
	uint64_t born = 0;

	if (paths_join(data_dir, "journal.db", path, NULL) != 0 ||
	    statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME,
		  &at) != 0)
		return;
	if ((at.stx_mask & STATX_BTIME) != 0)
		born = (uint64_t)at.stx_btime.tv_sec * UINT64_C(1000000000) +
		       at.stx_btime.tv_nsec;
	buf_put_le64(out, at.stx_ino);
	buf_put_le64(out, born);
	err_ignore(statefile_read("/etc/machine-id", out, NULL),
		   "a machine without one is told by its disk alone");
	if (out->failed != 0)
		buf_clear(out);
}
