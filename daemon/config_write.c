/*
 * config_write.c - the settings file on the disk.
 *
 * Changes one line and leaves what a person wrote around it. Never leaves a
 * half-written file under the real name. Read next: config.c.
 */
#include "daemon/config_write.h"

#include "daemon/config.h"
#include "daemon/statefile.h"

int config_file_read(const char *path, struct buf *out, struct err *err)
{
	int status = statefile_read(path, out, err);

	return status == ERR_NOT_FOUND ? 0 : status;
}

static void line_put(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "%s %s\n", key, value);
}

static void text_change(struct bytes text, const char *key, const char *value,
			struct buf *out)
{
	bool placed = false;

	while (text.len > 0) {
		struct bytes line = config_line_next(&text);
		struct bytes name, old;

		if (!config_line_split(line, &name, &old) ||
		    !bytes_equal(name, bytes_from_str(key))) {
			buf_put(out, line.ptr, line.len);
			buf_put_u8(out, '\n');
		} else if (!placed) {
			line_put(out, key, value);
			placed = true;
		}
	}
	if (!placed)
		line_put(out, key, value);
}

/* The folder of the file may be missing on a new machine: ~/.config/kept. */
static int folder_make(const char *path, struct err *err)
{
	char folder[PATH_BYTES];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return 0;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	return statefile_make_folder(folder, err);
}

int config_file_change(const char *path, const char *key, const char *value,
		       struct err *err)
{
	struct buf before, after;
	int status;

	buf_init(&before, LIMIT_CONFIG_FILE_BYTES);
	buf_init(&after, LIMIT_CONFIG_FILE_BYTES);
	status = folder_make(path, err);
	if (status == 0)
		status = config_file_read(path, &before, err);
	if (status != 0)
		goto out;
	text_change(buf_bytes(&before), key, value, &after);
	if (after.failed != 0) {
		status = err_set(err, after.failed,
				 "The settings file is too large.");
		goto out;
	}
	status = statefile_write(path, buf_bytes(&after), err);
out:
	buf_release(&before);
	buf_release(&after);
	return status;
}
