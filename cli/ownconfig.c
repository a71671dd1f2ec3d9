/*
 * ownconfig.c - lines `key value` of this device's settings file.
 *
 * Must never write, and never follow a link to somewhere else. Who writes it:
 * keptd (kept config). Read next: cmd_help_now.c.
 */
#include "cli/ownconfig.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void ownconfig_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat stat;
	uint8_t chunk[4096];
	ssize_t got;

	if (fd < 0)
		return;
	if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) &&
	    stat.st_uid == geteuid()) {
		while ((got = read(fd, chunk, sizeof chunk)) > 0 ||
		       (got < 0 && errno == EINTR))
			if (got > 0 && buf_put(out, chunk, (size_t)got) != 0)
				break;
	}
	(void)close(fd);
}

static struct bytes word_at(struct bytes *line)
{
	struct bytes word;

	while (line->len > 0 && (line->ptr[0] == ' ' || line->ptr[0] == '\t')) {
		line->ptr++;
		line->len--;
	}
	word = bytes_of(line->ptr, 0);
	while (line->len > 0 && line->ptr[0] != ' ' && line->ptr[0] != '\t' &&
	       line->ptr[0] != '\r') {
		line->ptr++;
		line->len--;
		word.len++;
	}
	return word;
}

void ownconfig_find(struct bytes text, const char *key, char *out, size_t room)
{
	out[0] = '\0';
	while (text.len > 0) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
		struct bytes line = bytes_of(text.ptr, len);
		struct bytes name = word_at(&line), value = word_at(&line);

		if (bytes_equal(name, bytes_from_str(key))) {
			if (value.len >= room)
				value.len = 0;
			memcpy(out, value.ptr, value.len);
			out[value.len] = '\0';
		}
		len += end != NULL;
		text = bytes_of(text.ptr + len, text.len - len);
	}
}

void ownconfig_read(const struct cli *cli, const char *key, char *out,
		    size_t room)
{
	struct buf text;

	buf_init(&text, OWNCONFIG_FILE_BYTES);
	if (cli->paths.config[0] != '\0')
		ownconfig_file(cli->paths.config, &text);
	ownconfig_find(buf_bytes(&text), key, out, room);
	buf_release(&text);
}
